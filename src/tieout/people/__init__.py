"""Users, their roles in each environment, API tokens and sign-in. Knows nothing of what the roles guard."""

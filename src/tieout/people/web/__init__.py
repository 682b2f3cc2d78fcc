"""The pages of people: the site's settings, people and their roles, API tokens, a person's own account, sign-in."""

"""A local, stateful stand-in for the Sage Intacct XML gateway: one company, its books and its manners. See README.md."""

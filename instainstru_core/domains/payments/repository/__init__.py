"""Named queries over cards, accounts, commands and what they brought about."""

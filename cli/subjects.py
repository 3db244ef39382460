"""What there is to talk about: each subject is a module of `cli.commands`."""

SUBJECTS = {
    "stack": "The private servers of this checkout.",
    "db": "The tables: bring them up to date, look at them, start anew.",
    "seed": "Fill the database with the demo marketplace.",
    "serve": "Run one process in the foreground.",
    "token": "Tokens for programs: ask for one, look into one.",
    "mcp": "The copilot's tools.",
    "ask": "Ask in plain words; a model answers with the tools.",
    "evals": "How well the copilot is found and understood.",
    "bookings": "Lessons that were booked.",
    "search": "Find instructors, and see what people look for.",
    "users": "People.",
    "invites": "Inviting people to teach.",
    "founding": "The founding program, and the way from sign-up to going live.",
    "checks": "Background checks.",
    "payments": "Lessons' money: how it stands and what is stuck.",
    "ledger": "Where every cent is, and why.",
    "mail": "Messages to people.",
    "tasks": "Background work: under way, due, done and failed.",
    "webhooks": "What vendors told us, and how far we are with it.",
    "simulate": "Random marketplaces with everything going wrong that can.",
}

"""Words that are right although a word of the catalog is spelled nearly the same.

A horse is no misspelled house, welding no wedding, and whoever wants to learn printing does not
want to learn painting. What nobody teaches here is better not found than taken for something else.
"""

# fmt: off
REAL_WORDS = frozenset({
    "accept", "addition", "advise", "anthology", "astronomy", "backing", "bagpipes", "bangle",
    "banking", "basis", "batch", "bearing", "beast", "bedding", "behaviour", "binding", "black",
    "bullet", "canon", "casting", "caving", "chain", "chance", "chant", "charge", "charm",
    "cheating", "chest", "chief", "chose", "clone", "closest", "conference", "consisting",
    "constructor", "contest", "context", "contradict", "contrast", "convent", "cooling", "corner",
    "darts", "derive", "directions", "diving", "drifting", "driven", "drove", "dying",
    "equivalent", "essentially", "falconry", "farther", "flesh", "flight", "fluke", "footballer",
    "found", "fridge", "functional", "gates", "getting", "grand", "grass", "grave", "hearing",
    "heating", "hello", "horse", "hound", "illustrate", "illustrated", "independence", "inferior",
    "jello", "jetting", "jungle", "latter", "leading", "login", "loving", "mathematical",
    "mechanical", "medal", "median", "mining", "month", "mound", "naval", "netting", "neutral",
    "parsing", "partly", "paste", "permission", "personally", "petting", "poker", "pound",
    "prayer", "prediction", "print", "printing", "projection", "protection", "purse", "ready",
    "revolution", "rising", "round", "roving", "sailing", "scouting", "scuba", "seating", "seats",
    "series", "sheep", "shift", "shout", "shouting", "sitar", "skiing", "slash", "slice", "slight",
    "south", "spend", "spice", "spitting", "splitting", "spouting", "spring", "stark", "stars",
    "status", "stock", "store", "stores", "storing", "storm", "stream", "streaming", "stuck",
    "surfing", "sweep", "swine", "switch", "tales", "taxis", "thorn", "thorough", "though",
    "thrown", "topic", "trace", "tricky", "truck", "vague", "villa", "voila", "waiting", "welding",
    "white", "would", "wrote", "youth",
})
# fmt: on

# fmt: off
UNTAUGHT = frozenset({
    "albanian", "amharic", "armenian", "basque", "bulgarian", "burmese", "catalan", "croatian",
    "czech", "danish", "dutch", "farsi", "finnish", "gaelic", "georgian", "gujarati", "hausa",
    "hawaiian", "hungarian", "icelandic", "igbo", "indonesian", "khmer", "kurdish", "lao", "malay",
    "malayalam", "maori", "marathi", "mongolian", "nepali", "norwegian", "pashto", "persian",
    "punjabi", "romanian", "serbian", "sinhala", "slovak", "somali", "swahili", "swedish", "tamil",
    "telugu", "thai", "tibetan", "twi", "uzbek", "welsh", "wolof", "yoruba", "zulu",
})
# fmt: on
"""Languages that nobody teaches here: whoever wants to learn Thai does not want to box."""

# fmt: off
TRADES = frozenset({
    "accountant", "apartment", "apartments", "assembly", "attorney", "babysit", "babysitter",
    "babysitting", "barbershop", "caregiver", "caterer", "catering", "chiropractor", "cleaner",
    "cleaners", "cleaning", "contractor", "delivery", "dentist", "doctor", "electrician",
    "exterminator", "florist", "haircut", "hairdresser", "handyman", "hiring", "hotel", "hotels",
    "housekeeper", "housekeeping", "jobs", "lawyer", "locksmith", "maid", "masseuse", "mechanic",
    "movers", "moving", "nanny", "notary", "plumber", "psychiatrist", "psychologist", "realtor",
    "rent", "rental", "repairman", "restaurant", "salon", "sitter", "tailor", "taxi", "therapist",
    "therapy", "tickets", "veterinarian", "walker",
})
# fmt: on
"""What people have done rather than learn: a house cleaner has nothing to do with House Dance."""

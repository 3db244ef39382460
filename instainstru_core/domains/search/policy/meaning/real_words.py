"""Words that are right although a word of the catalog is spelled nearly the same.

A horse is no misspelled house, welding no wedding, and whoever wants to learn printing does not
want to learn painting. What nobody teaches here is better not found than taken for something else.
"""

# fmt: off
REAL_WORDS = frozenset({
    "accept", "addition", "advise", "angles", "anthology", "astronomy", "backing", "bagpipes",
    "bangle", "banking", "bases", "basis", "batch", "bearing", "beast", "bedding", "behaviour",
    "belle", "binding", "black", "boats", "bullet", "canon", "casting", "caving", "chain", "chance",
    "chant", "charge", "charm", "cheating", "chest", "chief", "chose", "clone", "closer", "closest",
    "computed", "conference", "consent", "conservation", "consisting", "constructor", "contact",
    "contest", "context", "contradict", "contrast", "convent", "conversion", "cooling", "corner",
    "could", "darts", "derive", "directions", "divers", "diving", "drifting", "driven", "drove",
    "dying", "equivalent", "essentially", "experimental", "facet", "falconry", "farther", "flesh",
    "flight", "fluke", "footballer", "found", "fridge", "functional", "gates", "getting", "grand",
    "grass", "grave", "green", "hearing", "heating", "hello", "horse", "hound", "illustrate",
    "illustrated", "independence", "independently", "infer", "inferior", "jello", "jetting",
    "jungle", "latter", "leading", "leafy", "least", "login", "loose", "loving", "manager",
    "mathematical", "mechanical", "medal", "median", "mining", "month", "mound", "naval", "netting",
    "neutral", "officer", "parsing", "partly", "paste", "permission", "personally", "petting",
    "plots", "pointer", "poker", "ports", "posted", "posts", "pound", "prayer", "prediction",
    "prime", "primo", "print", "printing", "produced", "projection", "protection", "protest",
    "purse", "quarter", "ready", "receiver", "relay", "revolution", "rising", "round", "roving",
    "sailing", "scouting", "scrabble", "scuba", "seating", "seats", "series", "shame", "sheep",
    "shift", "shore", "shout", "shouting", "singles", "sitar", "skiing", "slash", "slice", "slider",
    "slight", "smoke", "south", "spend", "spice", "spin", "spinning", "spitting", "splitting",
    "spouting", "spring", "stack", "stark", "stars", "status", "stock", "store", "stores",
    "storing", "storm", "stream", "streaming", "stuck", "surfing", "sweep", "sweet", "swine",
    "switch", "switching", "taken", "tales", "taxis", "tensor", "thorn", "thorough", "though",
    "threw", "thrown", "timer", "topic", "trace", "tract", "tricky", "truck", "vague", "villa",
    "voila", "waiting", "welding", "white", "would", "wrote", "youth",
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
    "rent", "rental", "repair", "repairman", "restaurant", "salon", "sitter", "tailor", "taxi",
    "therapist", "therapy", "tickets", "tuner", "tuning", "veterinarian", "walker",
})
# fmt: on
"""What people have done rather than learn: a house cleaner has nothing to do with House Dance."""

DONE_ELSEWHERE = frozenset({"apartment", "apartments", "hotel", "hotels", "therapy"})
"""Those that do not change what stands before them: "yoga hotel midtown"."""

ABOUT_OTHERS = TRADES - DONE_ELSEWHERE
"""Those that make something else of it: a piano mover has nothing to do with playing the piano."""

"""The closed classes of words: what says for whom, who teaches, what leads to what. Data only."""

# fmt: off
LESSON_WORDS = frozenset({
    "class", "classes", "coach", "coaches", "coaching", "course", "courses", "instruction",
    "instructor", "instructors", "lesson", "lessons", "session", "sessions", "teacher", "teachers",
    "teaching", "trainer", "trainers", "training", "tutor", "tutorial", "tutorials", "tutoring",
    "tutors", "workshop", "workshops", "lesons", "clase", "clases", "cours", "lecons", "profesor",
    "profesora", "maestro", "maestra",
})
"""Words for being taught and for who teaches; they say nothing about what."""

SOFT_LESSON_WORDS = frozenset({
    "coach", "coaches", "coaching", "instruction", "trainer", "trainers", "training", "workshop",
})
"""Those that stay with words that the catalog does not have: "conflict coaching"."""

TUTORING_WORDS = frozenset({"tutor", "tutors", "tutoring"})
"""With nothing else named, they wish for tutoring as such."""

LEARN_WORDS = frozenset({"learn", "learning", "to", "how", "study", "teach", "me", "a", "an"})

WHO_OF_TERMS = {
    "kid": "kids", "kids": "kids", "children": "kids", "toddler": "toddler", "baby": "toddler",
    "infant": "toddler", "newborn": "toddler", "preschool": "kids", "adult": "adults",
    "senior": "adults", "littles": "toddler", "little": None,
}
"""For whom a term of the catalog is by one of its words, in stems."""

WHO_BEFORE = frozenset({
    "kid", "kids", "children", "childrens", "toddler", "toddlers", "baby", "infant", "teen",
    "adult", "adults", "senior", "seniors", "elementary", "middle school", "high school",
    "college", "preschool", "beginner",
})
"""For whom something is, where the rest of a term names the same service by itself."""

NO_PARTS = frozenset({
    "Contemporary", "Me Dance", "Grown Up", "Me Art", "Take", "Make", "Sip", "Paint",
    "Postnatal Fitness", "Dissertation", "First Aid", "Life Skills",
})
"""Sides of a name that do not stand for it alone."""

WEAK_TERMS = frozenset({
    "add", "alphabet", "attention", "birds", "blocks", "crew", "foil", "house", "keys", "locking",
    "maps", "node", "organization", "plants", "pom", "popping", "putting", "react", "scents",
    "scratch", "serve", "setting", "spins", "steam", "strings", "swift", "track", "unity", "word",
    "yes and", "horn", "logic", "code", "motivation", "productivity", "relaxation", "recording",
    "signing", "counting", "taxes", "money management", "camera", "photo", "make up", "stand up",
    "government", "speech", "focus", "mindset", "confidence", "shooting coach",
})
"""Synonyms that mean something else as often; a surer word in the text makes them nothing."""

TIME_WORDS = (
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mondays",
    "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays", "today", "tomorrow",
    "tonight", "weekend", "weekends", "weekday", "weekdays", "week", "weeks", "month", "months",
    "january", "february", "march", "april", "june", "july", "august", "september", "october",
    "november", "december", "morning", "mornings", "afternoon", "afternoons", "evening",
    "evenings", "noon", "midnight", "lunch", "lunchtime", "hour", "hours", "minute", "minutes",
    "night", "nights", "next", "this", "days", "after", "before", "between",
)

OTHER_WORDS = (
    "lesson", "lessons", "class", "classes", "teacher", "teachers", "tutor", "tutors", "tutoring",
    "instructor", "instructors", "coach", "coaching", "trainer", "training", "beginner",
    "beginners", "intermediate", "advanced", "online", "virtual", "remote", "person", "cheap",
    "affordable", "budget", "premium", "kids", "adults", "children", "toddler", "toddlers",
    "teenager", "teenagers", "teens", "seniors", "daughter", "urgent", "urgently", "immediately",
    "neighborhood", "nearby", "under", "around", "course", "courses", "year", "years", "grade",
    "grader", "private", "experienced", "professional", "available", "earliest", "dollars",
    "inexpensive", "studio", "student", "students",
)

KNOWN_SLIPS = {
    "wensday": "wednesday", "wendsday": "wednesday", "wednsday": "wednesday",
    "tommorow": "tomorrow", "tomorow": "tomorrow", "tommorrow": "tomorrow", "tmrw": "tomorrow",
    "begginer": "beginner", "beginer": "beginner", "lesons": "lessons", "leson": "lesson",
    "thursay": "thursday", "saterday": "saturday",
}
"""Frequent misspellings that are further off than one slip."""

COMMON_WORDS = frozenset({
    "with", "that", "from", "have", "want", "need", "some", "someone", "good", "best", "great",
    "biking", "hiking", "skiing", "sailing", "surfing", "bowling", "rapping", "sitar", "lead",
    "leading", "train", "bread", "word", "words", "ping", "live", "love", "like", "home", "come",
    "comes", "here", "there", "their", "they", "them", "your", "ours", "into", "near", "also",
    "plus", "only", "help", "looking", "seeking", "find", "teach", "learn", "plumber", "sashimi",
    "cafe", "patient", "friendly", "never", "played", "ideally", "wedding", "apartment", "house",
})
# fmt: on

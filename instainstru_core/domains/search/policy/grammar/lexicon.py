"""The closed classes of words: what says for whom, who teaches, what leads to what. Data only."""

# fmt: off
LESSON_WORDS = frozenset({
    "class", "classes", "coach", "coaches", "coaching", "course", "courses", "instruction",
    "instructor", "instructors", "lesson", "lessons", "session", "sessions", "teacher",
    "teachers", "teaching", "trainer", "trainers", "training", "tutor", "tutorial", "tutorials",
    "tutoring", "tutors", "workshop", "workshops", "lesons", "clase", "clases", "cours", "lecons",
    "profesor", "profesora", "maestro", "maestra",
})
"""Words for being taught and for who teaches; they say nothing about what."""

LESSONS_AS_SUCH = {
    "tutor": "tutoring", "tutors": "tutoring", "tutoring": "tutoring", "coaching": "coaching",
}
"""With nothing else named, they wish for that as such."""

LEARN_WORDS = frozenset({"learn", "learning", "to", "how", "teach", "me", "a", "an"})

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
    "Contemporary", "Me Dance", "Grown Up", "Me Art", "Take", "Make", "Sip", "Paint", "Tutoring",
    "Postnatal Fitness", "Life", "Latin", "Cultural", "Folk", "Food", "Drink", "Home", "Outdoors",
    "Making", "Prenatal",
})
"""Sides of a name that do not stand for it alone."""

WEAK_TERMS = frozenset({
    "jazz", "gym", "add", "relaxation", "alphabet", "attention", "birds", "blocks", "crew", "foil",
    "house", "keys", "locking", "maps", "node", "organization", "plants", "pom", "popping",
    "putting", "react", "scents", "scratch", "serve", "setting", "steam", "strings",
    "swift", "track", "unity", "word", "yes and", "horn", "logic", "code", "motivation",
    "productivity", "recording", "signing", "counting", "taxes", "money management", "camera",
    "photo", "make up", "stand up", "government", "speech", "focus", "mindset", "confidence",
    "shooting coach", "hoops",
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
    "tonite": "tonight", "wensday": "wednesday", "wendsday": "wednesday", "wednsday": "wednesday",
    "tommorow": "tomorrow", "tomorow": "tomorrow", "tommorrow": "tomorrow", "tmrw": "tomorrow",
    "begginer": "beginner", "beginer": "beginner", "lesons": "lessons", "leson": "lesson",
    "kindergarden": "kindergarten", "kindergardener": "kindergartener",
    "thursay": "thursday", "saterday": "saturday", "kidz": "kids", "thanksgivng": "thanksgiving",
    "thanksgivin": "thanksgiving", "chrismas": "christmas", "cristmas": "christmas",
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

# fmt: off
FILLERS = frozenset({
    "book", "booking", "schedule", "hire", "reserve", "speaks", "bilingual", "female", "male",
    "prefers", "free", "mostly", "ones", "anybody", "actually", "kind", "sort", "type", "a",
    "about", "all", "also", "am", "an", "and", "any", "anyone", "anything", "anywhere", "are",
    "as", "at", "be", "because", "been", "being", "best", "better", "between", "big", "both",
    "but", "by", "can", "could", "course", "de", "del", "des", "did", "do", "does", "doing", "du",
    "each", "either", "else", "en", "enjoy", "enjoys", "especially", "et", "find", "first", "for",
    "from", "fun", "get", "getting", "give", "go", "going", "good", "got", "great", "had", "has",
    "have", "having", "he", "hello", "help", "helps", "her", "here", "hes", "hi", "him", "his",
    "how", "i", "id", "ideally", "if", "ill", "im", "in", "into", "is", "it", "its", "ive",
    "just", "know", "la", "le", "learn", "learning", "let", "like", "likes", "little", "live",
    "lives", "living", "look", "looking", "love", "loves", "made", "make", "makes", "many",
    "maybe", "me", "more", "most", "much", "must", "my", "need", "needed", "needing", "needs",
    "new", "nice", "now", "of", "offer", "offering", "offers", "ok", "on", "one", "only", "open",
    "or", "our", "out", "over", "para", "pay", "per", "perfect", "person", "play", "playing",
    "please", "plus", "prefer", "preferably", "preferred", "private", "provide", "qualified",
    "really", "right", "s", "search", "searching", "see", "seeking", "she", "shes", "should",
    "so", "some", "somebody", "someone", "something", "somewhere", "start", "starting", "still",
    "student", "students", "study", "studying", "such", "t", "take", "taking", "talented",
    "teach", "teaches", "teaching", "than", "that", "thats", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "to", "too", "try", "trying", "un", "una", "until",
    "up", "us", "use", "using", "very", "via", "wanna", "want", "wanted", "wanting", "wants",
    "was", "we", "well", "were", "what", "when", "where", "which", "while", "who", "whos", "will",
    "wish", "with", "within", "work", "working", "works", "would", "y", "you", "your", "vs",
    "lets", "gonna", "okay", "etc", "eg", "budget", "price", "rate", "rates", "cost", "costs",
    "hour", "long", "time", "times", "day", "certified", "licensed", "experienced",
    "professional", "friendly", "patient", "native", "recommended", "rated", "reviewed", "top",
    "pro", "der", "dollars", "available", "near", "wherever", "whenever", "today", "speaker",
    "speaking", "fluent", "area", "ny", "around", "after", "before", "under", "lessons", "improve",
    "improving", "beginnings", "mine", "shy", "nervous", "anxious", "gifted", "busy", "older",
    "younger", "young", "old", "curious", "active", "energetic", "motivated", "serious", "calm",
    "warm", "strict", "engaging", "knowledgeable", "reliable", "trusted", "awesome", "amazing",
    "excellent", "cool", "super", "highly", "caring", "responsible", "punctual", "flexible",
    "passionate", "enthusiastic", "skilled", "trained", "gentle", "supportive", "group", "groups",
    "semi", "individual", "ongoing", "single", "multiple", "extra", "quick", "easy", "simple",
    "hard", "tough", "regular", "regularly", "currently", "absolutely", "totally", "ready",
    "interested", "hoping", "hope", "wondering", "thinking", "show", "come", "comes", "coming",
    "thing", "things", "stuff", "programs", "program", "activity", "activities", "option",
    "options", "offered", "pass", "sometime", "sometimes", "sure", "crazy", "exactly",
    "necessarily", "yet", "already", "ever", "even", "though", "however", "man", "woman", "men",
    "women", "guy", "lady", "people", "brothers", "sisters", "complete", "rusty", "struggling",
    "struggles", "understand", "understanding", "put", "con", "el", "los", "las", "mi", "quiero",
    "aprender", "busco", "necesito",
})
"""Words that carry a sentence and say nothing of what is sought."""

CONNECTORS = frozenset({"and", "or", "plus", "y", "o", "nor", "but", "with", "not", "no", "except"})

EXCLUDES = frozenset(
    tuple(phrase.split())
    for phrase in (
        "not", "no", "except", "except for", "without", "excluding", "other than", "anything but",
        "but not", "but no", "rather than", "instead of", "apart from", "aside from",
        "not including", "besides", "minus", "nothing with", "not for", "not any", "dont want",
        "do not want", "not interested in", "and not", "never", "everything but", "all but",
        "any but", "not looking for", "hate", "hates", "just not", "just no", "nothing but",
        "any day but", "every day but", "any day except", "every day except", "all days but",
        "all days except", "anytime but", "anytime except", "anywhere but", "anywhere except",
        "everywhere but", "everywhere except", "any place but", "any borough but",
        "any borough except", "all boroughs but", "all boroughs except", "outside", "outside of",
    )
)
"""What leads to what is not wished."""

CALENDAR_WORDS = frozenset({
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "mon", "tue",
    "tues", "wed", "weds", "thu", "thur", "thurs", "fri", "sun", "mondays", "tuesdays",
    "wednesdays", "thursdays", "fridays", "saturdays", "sundays", "today", "tomorrow", "tonight",
    "weekend", "weekends", "weekday", "weekdays", "this", "next", "week", "month", "january",
    "february", "march", "april", "june", "july", "august", "september", "october", "november",
    "december", "noon", "midnight", "morning", "afternoon", "evening", "before", "after",
    "between", "under", "jan", "feb", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov",
    "dec", "every", "each", "within", "may",
})

DOUBTFUL_PLACES = frozenset({
    "rugby", "charleston", "concord", "travis", "madison", "livingston", "roxbury", "the hub",
    "old town", "indian village", "country club", "harding park", "steinway", "marlboro",
    "utopia", "erasmus", "greenwood", "northside", "farragut", "bruckner", "clifton", "arlington",
    "seaport", "village", "ny",
})
"""Names that are more often something else; alone among other words they are a guess."""

NO_PLACES = frozenset({
    "group", "groups", "small", "large", "way", "style", "styles", "band", "bands", "school",
    "college", "water", "advance", "life", "front", "game", "bed", "pain", "shape", "tune",
    "hurry", "love", "public", "theory", "practice", "mind", "total", "detail", "depth", "order",
    "case", "common", "particular", "preparation", "pairs", "pair", "teams", "team", "months",
    "years", "grade", "level", "levels", "terms", "another", "standard", "kitchen", "sentences",
    "meetings", "minutes", "traffic", "stage", "competition", "competitions", "tournaments",
    "tournament", "english", "language", "languages", "improving", "becoming", "being",
    "performing", "playing", "time", "his", "her", "their", "your", "digital", "multiple",
    "different", "various", "all", "both", "everything", "anything", "something", "many",
    "several", "business", "finance", "medicine", "progress", "residence", "shorter", "less",
    "more", "under", "over", "trouble", "struggling", "behind", "crisis", "ear", "heart",
    "middle", "summer", "spring", "fall", "winter", "autumn", "future", "past", "evening",
    "evenings", "morning", "mornings", "afternoon", "afternoons", "weekend", "meantime",
})
"""What follows "in" and is nowhere: "in a group", "in small steps"."""

DESCRIBING = frozenset({
    "affordable", "cheap", "quiet", "safe", "family", "friendly", "trendy", "hip", "upscale",
    "fancy", "expensive", "nice", "good", "local", "premium",
})

REFERENCES = frozenset({"same", "again", "previous", "usual", "previously", "earlier"})
CONDITIONS = frozenset({
    "if", "unless", "otherwise", "alternatively", "depending", "whichever", "whatever", "depends",
    "instead",
})

VERBS = {
    "sing": "singing", "paint": "painting", "draw": "drawing", "cook": "cooking",
    "bake": "baking", "drive": "driving", "dance": "dance", "skate": "skating",
    "climb": "climbing", "code": "coding", "meditate": "meditation",
    "juggle": "juggling", "knit": "knitting", "crochet": "crocheting", "sew": "sewing",
    "garden": "gardening", "sculpt": "sculpting", "sketch": "sketching", "golf": "golf",
    "swim": "swimming", "skateboard": "skateboarding", "rollerblade": "rollerblading",
    "wrestle": "wrestling", "embroider": "embroidery", "photograph": "photography",
    "pianist": "piano", "guitarist": "guitar", "violinist": "violin", "drummer": "drums",
    "singer": "singing", "swimmer": "swimming", "dancer": "dance", "cellist": "cello",
    "bassist": "bass", "flutist": "flute", "compose": "composition", "bartend": "bartending",
    "podcast": "podcasting", "jog": "jogging",
}
"""What one does or is, and what that is called when it is taught."""

VERBS_AFTER_TO = {
    "act": "acting", "box": "boxing", "fence": "fencing", "row": "rowing", "run": "running",
    "read": "reading", "write": "writing", "speak": "public speaking", "sign": "signing",
    "program": "programming",
}
"""Likewise, where "to" leads."""

SUBJECTS_OF_LANGUAGES = frozenset({"music", "dance", "arts", "hobbies", "sports"})
"""Before something of these categories a language is a manner: "french cooking"."""

DONE_TO_HOMES = frozenset({
    "arrange", "clean", "declutter", "decorate", "design", "fix", "furnish", "improve", "organize",
    "organise", "paint", "redecorate", "redesign", "redo", "remodel", "renovate", "repair", "stage",
    "style", "tidy", "decorating", "designing", "fixing", "organizing", "painting", "renovating",
})
"""What is done to a home; what else has one after it is done there: "yoga my place"."""

DANCE_STYLES = frozenset({
    "african", "bachata", "bollywood", "flamenco", "hip hop", "house", "irish", "jazz", "merengue",
    "salsa", "samba", "swing", "tango",
})
"""Names of dances that are also those of music: before it they say how."""

EXAMS = frozenset({
    "act", "psat", "ap", "shsat", "ssat", "isee", "gre", "toefl", "regents", "ielts", "ged",
    "gmat", "lsat", "mcat",
})
"""Beside "sat", which is also a day."""

ANIMALS = frozenset({
    "beagle", "bulldog", "chihuahua", "corgi", "dachshund", "dog", "dogs", "doodle", "frenchie",
    "goldendoodle", "husky", "lab", "labradoodle", "labrador", "maltese", "mutt", "pitbull",
    "pomeranian", "poodle", "pooch", "pug", "pup", "puppies", "puppy", "pups", "retriever",
    "rottweiler", "shepherd", "terrier", "yorkie",
})
"""Whose age is told, and who learns nothing here by themselves."""

COOKED = frozenset({"cuisine", "dish", "dishes", "food", "meals", "recipes"})
"""Before these it says what is cooked: "cook italian food"."""
# fmt: on

NEGATIONS = frozenset({"not", "no", "except", "without", "excluding", "never"})

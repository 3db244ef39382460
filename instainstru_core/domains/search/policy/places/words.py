"""Words that stand around names of places, and words that give a name away by themselves."""

JOINING = frozenset({"and", "or"})
DIRECTIONS = frozenset({"east", "north", "south", "west"})
ZIP_WORDS = frozenset({"code", "zip", "zipcode"})

# fmt: off
STATES = frozenset({
    "arizona", "california", "carolina", "colorado", "connecticut", "ct", "dc", "england",
    "florida", "france", "georgia", "germany", "illinois", "india", "ireland", "israel", "japan",
    "jersey", "kansas", "kentucky", "maryland", "massachusetts", "mexico", "michigan", "nj", "ohio",
    "ontario", "oregon", "pennsylvania", "scotland", "tennessee", "texas", "uk", "usvi", "vermont",
    "virginia", "wisconsin",
})
"""What ends the name of a place that is elsewhere: "hoboken nj", "brooklyn ohio"."""

FILLING = frozenset({
    "a", "all", "any", "anywhere", "around", "at", "by", "center", "central", "close", "corner",
    "deep", "end", "exactly", "far", "from", "heart", "in", "inner", "just", "lower", "middle",
    "near", "nearby", "of", "off", "on", "part", "parts", "please", "preferably", "section",
    "side", "somewhere", "station", "stop", "subway", "the", "to", "train", "upper", "us",
    "usa", "vicinity", "within",
})
"""Words around a name that do not change which place it is."""

SIGHTS = frozenset({
    "apartment", "apartments", "brownstones", "building", "buildings", "cafe", "campus",
    "church", "community", "courthouse", "downtown", "gym", "hospital", "house", "houses",
    "library", "mall", "park", "playground", "pool", "promenade", "recreation", "school",
    "shul", "studio", "synagogue", "temple", "waterfront", "ymca", "zoo",
})
"""What stands in a place that is named: "harlem hospital", "bay ridge waterfront"."""

GENERIC = frozenset({
    "avenue", "bay", "bridge", "castle", "garden", "gardens", "harbor", "height", "heights", "hill",
    "hills", "island", "isle", "lake", "mill", "mount", "new", "ocean", "old", "parkway", "plaza",
    "point", "ridge", "river", "road", "saint", "shore", "spring", "square", "terrace", "upper",
    "village", "water", "waterfront",
})
"""Words of many names; they do not tell which."""

TELLING = frozenset({
    "albans", "arden", "cambria", "carroll", "castleton", "clason", "cobble", "coney",
    "cortlandt", "crotona", "cypress", "dongan", "dorp", "duyvil", "grymes", "hallets", "lenox",
    "morris", "mott", "murray", "ozone", "pelham", "prospect", "queensboro", "remsen", "richmond",
    "rockaway", "roosevelt", "spuyten", "springville", "stuyvesant", "todt", "wadsworth", "willets",
    "windsor",
})
"""Single words of names that mean little else; others, such as a club, name no place."""
# fmt: on

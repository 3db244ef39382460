"""Words that stand around names of places, and words that many names share."""

JOINING = frozenset({"and", "or"})
DIRECTIONS = frozenset({"east", "north", "south", "west"})
ZIP_WORDS = frozenset({"code", "zip", "zipcode"})

# fmt: off
FILLING = frozenset({
    "a", "all", "any", "anywhere", "around", "by", "center", "central", "close", "corner", "deep",
    "end", "exactly", "far", "from", "heart", "in", "inner", "just", "lower", "middle", "near",
    "nearby", "of", "off", "on", "part", "parts", "please", "preferably", "section", "side",
    "somewhere", "station", "stop", "subway", "the", "to", "train", "upper", "us", "usa",
    "vicinity", "within",
})
"""Words around a name that do not change which place it is."""

GENERIC = frozenset({
    "area", "arlington", "avenue", "bay", "beach", "borough", "bridge", "center", "charleston",
    "city", "college", "community", "concord", "county", "court", "district", "east", "end",
    "ferry", "field", "fort", "garden", "gardens", "grand", "great", "green", "harbor", "heights",
    "high", "hill", "hills", "hospital", "house", "island", "kings", "lake", "lincoln", "little",
    "lower", "mall", "manor", "middle", "mount", "museum", "neighborhood", "new", "north",
    "oakland", "ocean", "old", "park", "parkway", "place", "plaza", "point", "princes", "queen",
    "ridge", "river", "road", "saint", "school", "shore", "side", "silver", "south", "spring",
    "springfield", "square", "station", "street", "terrace", "the", "town", "union", "university",
    "upper", "valley", "village", "walk", "water", "west", "wood", "woods", "yard",
})
"""Words of many names, here or elsewhere; alone they name none of them."""
# fmt: on

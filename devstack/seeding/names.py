"""Names, streets and words of the demo world. Nobody here exists."""

FIRST = tuple(
    """Aaliyah Aaron Abigail Adriana Aisha Alan Alejandro Alice Amara Amir Ana Andre Angela Anika
    Anthony Arjun Aurora Ava Beatriz Ben Bianca Brandon Camila Carlos Carmen Chen Chloe Clara
    Claire Daniel Daria David Deborah Derek Devon Diana Diego Dmitri Elena Eli Elijah Elise Emma
    Eric Esther Ethan Eva Farah Felix Fiona Francesca Gabriel Gloria Grace Hana Hannah Harold
    Hassan Helen Henry Ibrahim Imani Ines Ingrid Isaac Isabel Ivan Jada Jamal James Jasmine Javier
    Jean Jerome Jin Joanna Jonah Jordan Jorge Joseph Julia Kai Karim Katya Keiko Kenji Kevin Khadija
    Kofi Lara Laura Layla Leah Leo Leila Liam Lila Lin Lorenzo Lucia Luis Lydia Mahmoud Malik Manuel
    Marcus Maria Marisol Mateo Maya Mei Michael Mila Min Miriam Mohammed Monica Nadia Naomi Natalia
    Nathan Nia Nicole Nina Noah Noor Nora Oliver Olivia Omar Oscar Pablo Patrick Paula Priya Quinn
    Rachel Rafael Raj Rebecca Rina Rohan Rosa Ruth Ryan Sadie Samira Samuel Sara Sasha Selma Serena
    Simon Sofia Soren Stella Tamar Tara Tariq Teresa Theo Thomas Tomas Uma Valentina Vera Victor
    Vikram Vivian Wei Wendy William Xavier Yara Yasmin Yuki Yusuf Zara Zoe""".split()  # noqa: SIM905 - a hundred names are easier to read this way
)
LAST = tuple(
    """Abbott Acosta Adeyemi Aguilar Ahmed Alvarez Andersen Arroyo Baker Banerjee Barnes Bauer
    Becker Bello Bennett Berger Bianchi Blake Bloom Bogdanov Boyle Brennan Brooks Burke Cabrera
    Calloway Carter Castillo Chan Chandra Chang Chen Cho Chowdhury Clarke Cohen Coleman Cruz Dalton
    Davis Delgado Desai Diallo Diaz Donovan Dubois Edwards Ellis Espinoza Fairchild Farouk Feldman
    Fernandez Fischer Fitzgerald Flores Fontaine Foster Franco Friedman Fujita Gallagher Garcia
    Goldberg Gomez Goodwin Gordon Greene Gupta Gutierrez Haddad Hale Hamilton Han Harris Hassan
    Hayes Hernandez Herrera Hoffman Holloway Huang Hughes Hussain Ibarra Ito Ivanov Jackson Jain
    James Jensen Jimenez Johnson Joseph Kaplan Katz Kelly Khan Kim King Klein Kowalski Kumar Lam
    Larsen Lee Levine Lewis Li Lin Liu Lopez Lowe Mahoney Malhotra Mancini Marino Marsh Martin
    Mbeki Mcbride Mehta Mendez Meyer Miller Mitchell Moore Morales Moreno Morgan Moreau Murphy
    Nakamura Navarro Nelson Ng Nguyen Novak Obi Ochoa Okafor Oliveira Ortega Osei Owens Pacheco
    Palmer Pappas Park Parker Patel Pereira Perez Petrov Pham Popov Price Quinones Ramos Rao Reed
    Reyes Ricci Rivera Roberts Robinson Rojas Romano Rosen Rossi Rubin Ruiz Russo Ryan Saito Salazar
    Sanchez Sandoval Santos Sato Schwartz Shah Shapiro Sharma Shaw Silva Singh Sokolov Solano Soto
    Stern Stone Sullivan Suzuki Tan Tanaka Taylor Thomas Thompson Torres Tran Turner Usman Vargas
    Vasquez Vega Volkov Walker Walsh Wang Ward Washington Watanabe Weber Weiss Wells Werner White
    Williams Wilson Wong Wood Wright Wu Yamamoto Yang Young Zhang Zhao Zimmerman""".split()  # noqa: SIM905 - a hundred names are easier to read this way
)
STREETS = tuple(
    """Amsterdam Ave|Atlantic Ave|Bedford Ave|Bleecker St|Broadway|Bergen St|Carroll St|Church Ave
    |Clinton St|Columbus Ave|Court St|Dean St|DeKalb Ave|E 12th St|E 29th St|E 74th St|E 86th St
    |Eastern Pkwy|Flatbush Ave|Franklin Ave|Fulton St|Grand Concourse|Grand St|Greene Ave
    |Henry St|Hylan Blvd|Jamaica Ave|Kings Hwy|Lafayette Ave|Lenox Ave|Lexington Ave|Madison Ave
    |Main St|Metropolitan Ave|Montague St|Myrtle Ave|Nassau Ave|Northern Blvd|Ocean Ave|Orchard St
    |Park Pl|Prince St|Queens Blvd|Ralph Ave|Roosevelt Ave|Smith St|Steinway St|Sterling Pl
    |Union St|Vanderbilt Ave|Victory Blvd|W 10th St|W 72nd St|W 96th St|W 125th St|White Plains Rd
    |Woodhaven Blvd|York Ave""".replace("\n", "")
    .replace("    ", "")
    .split("|")
)
OPENINGS = (
    "I have taught {service} in {borough} for {years} years",
    "{service} has been my life for {years} years, and teaching it is the best part",
    "I came to {service} late and remember every hard step, so nothing you ask is a silly question",
    "After {years} years of {service} I still learn something from every student",
    "I teach {service} the way I wish I had been taught: one clear idea at a time",
    "I work with beginners and returning students of {service} all over {borough}",
)
MIDDLES = (
    "Lessons are calm, well prepared and a little playful",
    "We set one goal for the month and look back at it together",
    "Every lesson ends with ten minutes on what to practice and how",
    "I bring materials, and notes follow by e-mail the same evening",
    "Children get short exercises and many small wins; adults get the reasons behind them",
    "I am patient, on time, and honest about what takes practice",
)
CLOSINGS = (
    "The first lesson is about listening to what you want",
    "Parents are welcome to sit in",
    "I am happy to meet at a library, a park or online",
    "Tell me what you tried before and we will start from there",
    "Weekday evenings fill up first, so book those early",
    "I speak some Spanish and like to use it",
)
CANCEL_REASONS = (
    "Something came up at work",
    "Feeling unwell",
    "Child is sick",
    "Travel plans changed",
    "Found a time that suits better",
    "Booked by mistake",
)
ABSENT_WISHES = (
    "bagpipes", "sitar lessons", "sanskrit tutor", "falconry", "kite surfing", "mahjong",
    "parkour", "trapeze", "ventriloquism", "welsh lessons", "glass blowing", "beekeeping",
    "theremin", "sumo", "hurdy gurdy", "lock picking", "quilling", "klingon",
)  # fmt: skip

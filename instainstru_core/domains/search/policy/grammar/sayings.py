"""Fixed phrases by what they say, parted by semicolons. Data only."""

ONLINE = """
    online; virtual; virtually; remote; remotely; zoom; skype; facetime; google meet; webcam;
    over zoom; via zoom; on zoom; by zoom; through zoom; video call; video calls; video chat;
    over video; by video; via video; over the internet; on line; virtual lessons; over skype;
    via skype; over facetime; from my computer; online only; microsoft teams; en linea; not in
    person; no in person
"""
IN_PERSON = """
    in person; in-person; face to face; f2f; at her home; at his home; at her house; at his
    house; inperson; offline; not online; no online; not virtual; no virtual; not remote; no
    zoom; not zoom; not on zoom; not over zoom; irl; in real life; person to person; no video;
    not via zoom; en persona
"""
TRAVELS = """
    to my apt; to our apt; at our apt; in my apt; in our apt; comes to my apt; come to my apt;
    in home; at home; at my home; at my house; at my place; at my apartment; at my apt; in my
    home; in my house; in my apartment; to my home; to my house; to my place; to my apartment;
    at our home; at our house; at our place; at our apartment; in our home; in our house; in our
    apartment; to our home; to our house; to our place; to our apartment; comes to me; come to
    me; comes to us; come to us; comes to you; travels to me; travel to me; travels to us; come
    to my home; comes to my home; come to my house; comes to my house; come to our home; comes
    to our home; come to our house; comes to our house; come to my apartment; comes to my
    apartment; come to our apartment; comes to our apartment; house call; house calls; home
    visit; home visits; inhome; athome; at my gym; in my building; at my building; my place; my
    home; my house; my apartment; our place; our home; come over; comes over; at mine; mobile;
    who travels; will travel; can travel; travels; coming to me; coming to us; come here; in the
    home; at the house; coming to my home; coming to my house; at my office; to my office
"""
STUDIO = """
    at your studio; at your place; at your home; at your house; at their studio; at their place;
    at their home; at their house; at their location; at the studio; in the studio; at a studio;
    in a studio; in studio; at his studio; at her studio; at his place; at her place; at the
    teachers studio; at teachers studio; at the teachers place; at the teachers home; at the
    teachers house; at teachers home; at teachers place; at the instructors studio; at the
    instructors place; at the instructors home; at the tutors home; at the tutors place; at
    instructors studio; at the coachs studio; their studio; your studio; teachers studio;
    instructors studio; go to them; at the teachers; in their studio; in your studio; at your
    location; at their apartment; at your apartment; i can travel; i can travel to you; ill come
    to you; i can come to you; come to you; studio lessons; studio lesson; teachers home;
    teachers house
"""
HIGH = """
    urgent; urgently; asap; a s a p; immediately; right now; right away; as soon as possible;
    last minute; emergency; straight away; this instant; in a hurry; at once; now
"""
MEDIUM = """
    soon; soonest; sooner; earliest; earliest available; first available; next available; as
    early as possible; earliest slot; earliest possible; soonest available; quickly; fairly soon
"""
BEGINNER = """
    beginner; beginners; beginning; advanced beginner;
    advanced beginners; complete novice; novice; novices; newbie; newbies; starter; starters;
    new to;
    never played; never played before; never tried; never tried before; never done; never done
    it before; has never played; have never played; who has never played; never danced; never
    swum; never learned; never studied; first timer; first timers; first time; first lesson;
    first lessons; from scratch; no experience; zero experience; with no experience; without
    experience; absolute beginner; absolute beginners; complete beginner; complete beginners;
    total beginner; total beginners; beginner level; beginner friendly; entry level; basics; the
    basics; just starting; just starting out; starting out; getting started; brand new to; level
    1; a1; intro to; introduction to; for dummies; true beginner; no prior experience; have
    never; has never; know nothing; dont know how to; cant swim; newcomer; newcomers; elemental;
    principiante; principiantes; nivel basico; beginner lessons; novice level
"""
INTERMEDIATE = """
    intermediate; mid level; some experience; intermediate level; medium level; lower
    intermediate; upper intermediate; not a beginner; a bit of experience; played a bit; b1; b2;
    played before; some background; with some experience; a little experience; intermedio
"""
ADVANCED = """
    advanced; advanced level; very advanced; expert level; professional level; pro level;
    conservatory level; highly skilled; c1; c2; more advanced; high level; competitive level;
    avanzado
"""
BUDGET = """
    cheap; cheaper; cheapest; budget; affordable; inexpensive; low cost; lowcost; on a budget;
    not expensive; not too expensive; nothing expensive; low price; low priced; reasonably
    priced; reasonable; economical; discount; discounted; bargain; budget friendly; cost
    effective; not pricey; not too pricey; as cheap as possible; isnt expensive; wont break the
    bank; barato; barata; baratos; baratas;
    economico; economica; tight budget; on a tight budget; low budget; good price; fair price; good
    prices; lowest price; low rates; reasonable price; reasonable prices; reasonable rates;
    affordably priced; less expensive
"""
STANDARD = """
    mid range; midrange; mid priced; average price; moderately priced; medium priced; standard
    price; moderate price; regular price; typical price
"""
PREMIUM = """
    premium; luxury; high end; highend; top; top of the line; upscale; elite; expensive; deluxe;
    top tier; world class; exclusive; price no object; money is no object; vip; fancy; best of
    the best; high priced; pricey; five star
"""
NEAR_ME = """
    near me; nearby; near by; close by; close to me; closest to me; in my area; around me; my
    neighborhood; in my neighborhood; near my neighborhood; my area; near here; around here;
    close to home; near home; near my home; near my house; near my place; near my apartment;
    closest; nearest; near us; close to us; around us; in my neighbourhood; in the neighborhood;
    near my location; near my address; close to my home; close to my house; nearest to me; by
    me; in the area; near my apt; in our neighborhood; in our area; close to my place; around my
    area; around my neighborhood; near my area; not far from me; not too far from me; walking
    distance; within walking distance; next to me; by my house; by my place; not far; cerca de
    mi; where i live
"""
KIDS = """
    kids; kid; children; child; youth; youngster; youngsters; little ones; elementary school;
    elementary schooler; elementary schoolers; elementary; grade school; grade schooler; first
    graders; for kids; kindergarten; kindergartner; kindergartners; kindergartener;
    kindergarteners; elementary age; school age; kids only; ninos; tween; tweens; elementary
    aged; primary school; kindergartens; k 5; tots and kids; junior; juniors; childrens
"""
CHILD = """
    son; sons; daughter; daughters; my son; my sons; my daughter; my daughters; my kid; my kids;
    my child; my children; my boy; my girl; my boys; my girls; our son; our daughter; our kids;
    our kid; our child; our children; boy; boys; girl; girls; nephew; niece; nephews; nieces; my
    nephew; my niece; grandson; granddaughter; grandkids; grandchild; grandchildren; my
    grandson; my granddaughter; my grandkids; her son; his son; little boy; little girl; my
    little one; kiddo; kiddos; my kiddo; my twins; twins; mi hijo; mi hija; little brother;
    little sister; stepson; stepdaughter; young student; minor; my hijo; brother and sister;
    siblings; middle school; middle schooler; middle schoolers; middle school student; middle
    school students; my middle schooler; godson; goddaughter
"""
TODDLERS = """
    toddler; toddlers; baby; babies; infant; infants; newborn; newborns; my toddler; my baby;
    preschool; preschooler; preschoolers; pre k; prek; pre kindergarten; preschool age; nursery
    school; tot; tots; my preschooler; little tots; our baby; our toddler; my infant
"""
TEENS = """
    teen; teens; teenager; teenagers; teenage; adolescent; adolescents; high school; high
    schooler; high schoolers; highschool; highschooler; high school student; high school
    students; teenaged; my teen; my teenager; high school senior; high school junior; high
    school freshman; high school sophomore; junior high; my high schooler; teenage son; teenage
    daughter; my teenage son; my teenage daughter; teenage boy; teenage girl; my teen son; my
    teen daughter; teen son; teen daughter; hs student; hs students; teens only
"""
ADULTS = """
    adult; adults; senior; seniors; elderly; older adult; older adults; grown ups; grown up;
    grownups; grownup; senior citizen; senior citizens; retiree; retirees; retired; college
    student; college students; grad student; university student; undergrad; undergrads; my mom;
    my mother; my dad; my father; my wife; my husband; my grandma; my grandmother; my grandpa;
    mother; father; parents; grandmother; grandfather; grandparents; spouse; girlfriend;
    boyfriend; fiance; fiancee; my spouse; couple; couples; for couples; my grandfather; my
    parents; my grandparents; my girlfriend; my boyfriend; my fiance; my fiancee; my partner;
    mom; dad; husband; wife; grandma; grandpa; myself; professionals; working professional; busy
    professional; working professionals; busy professionals; adult learner; adult learners;
    adults only; no kids; not kids; not for kids; no children; not for children; college
    freshman; adultos; my boyfriend and i; my girlfriend and i; my husband and i; my wife and i;
    my elderly mother; my elderly father; for my wife and me; coworkers
"""

NOTHING = """
    looking for; i am looking for; im looking for; i would like; id like; i want to; i want; i
    need; we need; we want; need to; want to; would like to; learn how to; learn to; how to;
    help with; help me with; can someone; is there; are there; do you have; anyone; someone;
    someone who; who can; that can; to help; good at; interested in; signed up; sign up; sign me
    up; take; taking; not sure; please; thanks; thank you; hi; hello; hey; any level; all
    levels; at the latest; in the city; the city; in town; if possible; ideally; preferably;
    available; availability; twice a week; once a week; three times a week; per week; a week;
    every week; weekly; biweekly; every other week; ongoing; regular; in time for; no
    preference; no problem; flexible; anytime; any time; any day; one on one; 1 on 1; one to
    one; 1 1; 1 to 1; in advance; in a group; of all ages; all ages; any age; in general; as
    well; for fun; for free; free trial; trial; is fine; are fine; is ok; works; works for me;
    is good; would be great; my budget is; my budget; budget is; a month; times a week; 2x a
    week; 2 times a week; not a big deal; not necessarily; in new york style; only; no matter;
    on the side; at a time; from time to time; at all; in order to; at the moment; in mind; by
    ear; by heart; in class; in school; for school; at school; on my own; in particular; in need
    of; in search of; on a regular basis; in depth; on time; at least; by any chance; in
    between; in order; in shape; with experience; who is experienced; well reviewed; highly
    rated; top rated; best rated; best reviewed; 5 star; good reviews; great reviews; with good
    reviews; highly recommended; years of experience; years experience; years of teaching
    experience; 5 star reviews; star reviews; reviews; 24 7; for two; for three; for four; x a
    week; at the same time; x week; times per week; 1 on 1 lessons; late
"""

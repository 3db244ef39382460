"""Words of English that are right although a word of the catalog or the map is spelled nearly so.

They are the frequent ones among those that would else be taken for a slip: welding is no wedding,
darts are no dating, and who wants to learn bowling does not row. Data only; ADR 0030 says how they
were chosen. Whoever adds a service looks whether its name is a slip away from a word of English.
"""

REAL_WORDS = frozenset(
    """
    ablation able abound abroad abstention academia academies according accountant aces aches aching
    acrobats add aden adore advances aest afresh africa agate agitation aground ahead aiden aiding
    aight aint aires alba alden alderson algebraic algernon allegations allentown allergen allie
    allusion along alter altercation alternation amore amount amounting amps anatoly anatomic ander
    angles anil animating animator anion anode anterior anthology appleton arabia arbor arch archer
    archers arco ardent aren ares argent arlen arms artis artsy ashore asics aside asleep assays
    assist asta aster astrologer astronomy atherton athletes athleticism atletico attentive
    attenuation attrition auden augusta auguste augusto aunts auvergne aviation avoidable avril axes
    axle ayres babar bach backing backroom backside backwater baht bailey bails bain baird balled
    baller ballot bally banco bangle banking banners banquets bards bare barge baring barking
    barnsley barnyard barr barra barred barrel barret barrie barry barth bases basil basing baskin
    basking batch bathe bathroom batista bats batter battered battering batters bautista beachy
    beaks beale beaming beams beans bearing bearings bears beast beasts beating beatings beaumont
    beckman bedding beech beets behaving beheading bela bella belli bello bells belts bench bending
    bengal bengals benghazi berating berger berman bernard bernardo bernhard bests bets betting
    betts biddle biding bids bight biker billet billy binance binding bindings binds biologic
    birdsong birdy birthing bitching bitterly blacks blake blaster bleach bleeding bleep blinders
    blinding blocking blocky blocs blower blushing boasts boats bobble bobby boeing boing boney
    boning booing bookies booking bordering boring bother boulders bound bower bowers brad bradford
    bragging brags brainer brash brawling breach breaching breeding bride brides bridged bridgend
    bridger bridget bridging bridle brighten brightens brighter brightly brink brock bron brony
    brood brooding brookline brooks brough broughton brown bruising buckner budge bulbs bullet bully
    bumbling bunch businesses buttery butting cable caching cackling cajun caked calabria cambodia
    cambrian cana canaries candies canisters canon canter capes capping captioning captions cardi
    carer cares carew carleton caro caron carpenter carpenters carrillo carter cartons cartoonish
    cartoonist carts carver cass caste castile casting catching cattle cautions cava ceding cell
    cells celts centre cents chancel chand chandler chanel channeled chap charlestown charlton
    charting chatting cheat cheater checking chee cheek cheery chemists chemo cher chest chests
    chews chief childers childress chili chill chills chipping chirping choi chomping chore choruses
    chucking cinch cinematographer circling civil claiming clamping clams clans clapping claps clary
    clash clashes clashing clasp clasps classed classics classless classy claus clauses claws clench
    clermont clicking clinging clocking clocks clown clubbing clusters clutter coarse coasters
    coasts cobbled cobbler cocking codec coded coder codex coed coffey coking collage collagen
    collages collars colleague collette collie colombian colonies coloring columbian columbine
    comedies comey commoner commuted commuter commuters commutes comparing competed competes
    competing competition compiles compiling complies complying compose composed composes composite
    compositional composting composure compress comprising compute computed computes computing conch
    concorde concordia concours conde cone cones cong congo conley contours contraband convey conwy
    cooke cooker cooler cooling cooney coping copper copping corey cornea corned cornered corning
    coronal coroners coronet corset counsels count countering counties coupled coupler couplet
    coupling couriers coursing courtesy courting coventry covey coward cower cowper crack crafty
    cramming cramping cranking crass crawling creak creaking creating cree creed creep crewe
    cricketing crocheted crock crockett croft crook cropping crouched crouching crow crowd crowe
    crowing crowne crows culling culturally cultured cultures cumbria cunning cunts curating curse
    curses dabbing dancer dane dante darden daring darlington darting darts debated decoration
    decorations decorative deen defences defended defender defensive delaney delay delle dennis
    deporting depriving deriving destruct detecting deter detonating deutsche deutschen
    developmentally diablo dietrich digesting digitally ding dink direction directions directive
    dissecting distinct distract distracts distrust ditching diverting diving doable dobby docking
    dogging doting doubled doubling doubly doubting douse downton downturn draft drafting drafts
    dragging draining dram drank dreading dreaming drifting drilling drinking dripping drooping drop
    dropping drown drowning drugging drugs drummond drunk dumb dunce dunking dunning dyer dying dyke
    dykes dyslexic earning earnings ears eatin eats economies economist economists editions eight
    eights elearning elective elle ellie ello elly elope embroidered emitting ender enfant ennis
    enter environmentally environments ergo ergonomics esports estimates ether etiology ewing
    exciting executing execution existing exiting expel experiences experimented fable factions
    fails faint fainting fairness faking falklands fares faris fars farts fashioned fastball fasting
    fears feast feasting feats fells fending fetching fictions fiddler fights figured filipina
    financed financially financier financing firmness firms firs fist fixing flake flamingo flashing
    flatter flattery flesh flinch floating flocking flocks flood flora florists flossing flue fluke
    flume fluted footballer foothill forestry forgo forms forrest forte forth forty found fours
    fractional franchise francis francois freaking fremont fretting friction frida fridge fridges
    frock fronted fronting frown frowning fruiting fujitsu fumbling functional functioned funder
    gable galen gamer ganga garde gardener gardeners garments garnering gartner gated gating gears
    geek geeks generics geneticist genomics geographer geographic georg georgi georgie georgy
    germain germany gerson glade glass glasses glean glenn glenwood gobble gorge gorham gorman
    governmental gower gown grace graded grads grady graft grafting grafts grammer grande grander
    grape graphical graphite grasping grass grate grater grave grayling graze greed greener greening
    greenish greens greenwald greer greet greta grimes gripping groan groin grow growing growl grows
    gulls gumbo gunning gunter gutting gymnasts hacking haden hagen haha hails hairy halen hammers
    handle handles handy happiest harbour harden hardening hardens harem hari harley harmon harmonic
    harmonics harmonies harmonize harms harpy hasta hatching hath hating haunts havent haves havin
    heady heals heap heard hears heater heats heaven heels heighten hella helms herman hess hickey
    hideo hiding hight hilal hilly hind hinds hindu hindustan hints hirst histoire historia hitching
    hoard hobbes hobbits hobbs hocking hodson hogging hokey hollins hollywood homer homeward
    homewood homeworld homey homie homme honey hons hoods hooking hooper hoped hopping hops horan
    horne hornet horny hors horse horus hose hosts hound housed housework hubby humbling hummels
    hunch hunger hunks huns hunted huntress hurray hurts hustlers huts ight illustrate illustrated
    illustrates illustrating illustrative immediate improvisational inclusion indexing infact
    infecting inferior infusion ingesting injecting inking inland inserting insisting instalment
    instruct instructed instructions instrumental integrate integrates intercom intermediary
    internals interpol intervals interviewed interviewee interviewer intestine inventing inverting
    inviting iris italia itching jacobson jails jamaican jamaicans javanese jazzy jello jelly jeter
    jeweller jewellers jiggle jing jockey joiner joint judeo judson juggler jumbo jungle jutting
    kandi karat karts katia katya kdrama kdramas keats kelly kenji keyes killa kilns kilos kinds
    kiribati kitchener knight knights known koran kraft lain laker lambo lance lapping larch lass
    lasting latching lathe latif latina latino latter laughter launch leach leaching leaning
    leanings leeks lennox leno leong lesion lesions lessen lessens letting liaoning licking light
    lightfoot lights liner linking linton listless literally literate littlest livingstone lobbies
    lobby locals locating locks lockwood logging logie login lolita loner longford longo looper
    loops lope loser lotte lottery louse louth lover lowe lowery lowes ltte lurch lute lynch mach
    machina machined machinery macos macron macs maddison magda magi magick magma magna mails maine
    mainland maison maitland major maker mala malia mallet malta mamba mana managers mance mandala
    mandalay mandating mandela mang mange mango mania manic manicured manna mannered mano manoj
    manon manta mapping marbled marc marca marche marchers marching marco marcos marcy marginal
    marie marin marina marinara marino marital marking markings markle marne marnie marple marsh
    martian martians martine marys masking massacre massaged mastermind match matching mates
    mathematica mathematical mathis matic mats matte maturing maven maxine mayor mays mcknight
    meanings mears meath meats mechanical mechanism mechanisms meddle medford mediation medication
    medications meditating meditative meeks mello melts merch meringue mess message messaged
    messages messi meter metering midge might mille milli milly mining missy mitigation moaning
    mobil mocking mollie momma mont monte montes monti monty monument moore moorings mopping morel
    morey morgan morphing morse mortis mossy moth moths motivating motivational motivator motta
    motte motto mound mounting mourning mouse mouths mower mowing muddle muggle multiplicative
    mumbling mumbo munch muppets murine musica musician musik mutilation muttering myths nabil nance
    napping narrating narrative narrator nearly nears negotiating negotiator neighbourhoods nelly
    nerve nets netting nicht nigh nils nollywood noma nono noone norad norah norris norte northridge
    northwood nutritional nutritious oakes oaths officer oldie onion oops oper oran orchestra
    orchestras orchestrate orchestrating organics organisation organisations organise organised
    organiser organises organising organism organisms organizational organize osha otter outlooks
    owing packing pain paine pains paisley pallas pallet palms paltry pant panting pantry pants
    pappy parental parka parke parson partial partnered parts pasha passage past paste pasting pasts
    pasty patching pater paths patting peach peaking pears pearson peed peeks peer pelle pelts peppy
    percussive perfusion perinatal permission perp personable personally personas personnel persson
    persuasive pester pete petey petr pewter philosopher phonetics phonograph photograph
    photographed photographer photographic photographs photon photonics photoshoot physical
    physicist pierson pieter piling pillage pimping pinching pinging pining pins pint pirates
    pitting planes planets planks plano plans planter planters planting plastered plates platte
    platter platters playa plotters plotting poach poaching pointed pointer pointing pointy polk
    pont ponte pooper pooping poops poppins poppy porta portability porte porto potter potters
    potting pound pours powerplant prediction prepping presume preyed primate primates primed
    princely pringles print printers printing privateer privately privatize productive productively
    profession professionally professions projection propping prospector prospectus prospero prot
    protection proto provinces prussian psyche psycho pubic publix pulls punching punter punters
    punting punts push quash queers quitting rack racking raft rafter rafting rafts raiding rails
    rainer raining raking rama rambo ramping rance randle rapes rasmus rasta rating rats raven reach
    reacher reaching reacting readying reagents reaping rearing rears rebate receding reclamation
    recon recorded recourse recurring recursive redding redford reek reeks reformed reforming
    regarding regiments relating relation relaxing relay relaying relegation reloading relocation
    remaking remove renaming renter repaid reparation repaying reporter reporting rereading rescued
    rescuer resents residing resign resorting resumed retaking rewarding reworking richland ridding
    riddle rigby rights ringing ripping rippling rising roach roasts robby rocking rocky rogan rogue
    rookies roping roseville round rounding rouse roving rower rowling rubbing ruby ruffles ruining
    rumbling russia saba sabah saban saber sable sabra sacking saeed sagar sails sainte sala salas
    salma samar sambo sand sansa sant sassoon satin sats sawing scalding scalping scamming scarlett
    scarring scathing scenes scheer schilling scolding scope score scrabble scramble scrambling
    scratched scratches scratching scratchy screeching screw scribbled scripture scrolling scrubbing
    sculptor sculptors sculptural seam sears seating seawater sectors seed seedling seeing seeks
    seep selling sells senators sensor sensors separate serge serie served server servings servo
    settling sexting share sharp shat shaven shearing sheep sheer sheeting shelf shelling shells
    shelving shift shill shing shins shire shitting shocks shoe shone shoo shook shopping shorn
    shorts shove shrinking shutting sided siding sift sighing sighting sights sigma signaling
    silences sills silvery simpleton singh singles singling sinking sinning sins sitting skids skins
    skipping skips skirting skulls slamming slats sleek sleepy sleet slimming sling slinging sliver
    slop sloped slower smearing smelling smelting smirking snail snails snarling sneaking snide
    snore snort snorts soaks soapy sobre socal socks softbank solver sore sort sorts sowing spamming
    spanking spanning spans sparing spark sparking sparkling spat spawning sped speedo speedy speer
    spend spewed spewing spied spies spilling spills spina spine spines spiny spiritually spits
    splicing splitting spoiling spore spores sporting sporty spot spots spotting spout spouts sprang
    spreading springing sprinkling sprint sprouting sprung spurring spurt spurts spying squared
    squeaking squinting squire squish stable stabs stacks stags staid stairway stake stalking
    stalling stan standish standout stank stans stargate starling starlings starring stars starts
    starving stated states statin stating statistical status stays stead steak steal stealing steamy
    steed steep stemming sterling sticks stifling stills sting stinging stings stint stirling
    stirring stocky store storks storyline strainer straining strand streaking strident striking
    stringer stringing stringy studious stumbling subbing subset suckling suing sundae sundry supper
    supported supporter swarming swearing sweep swelling swerve swig swine swinging swirling
    switching swore swung synch synthesize synthesized syringes tabled tablet tack tacking tails
    taint takei taken taker tale tales tang tangy tanto tapes tapping taro tart tarts tasking tats
    taunting taxed taxis team tears teeny tees tells telly tens terns terraced terrance terrence
    testa testing testy thani thatcher theatre ther theses thins thorn thorns thorough though
    threaten throes tights tittle toasting toasty toddy toffee tomography tonga tongan topic
    topography topping toppling torrance tours toward towing towne trace traci trackers tracking
    tract tracy trader trailer trailers trailing trained trainee trainees trainor trapping trashing
    trask trawling treachery treading treat trembling trench trick trifecta trish trot trough truck
    trumped trumpeter trusting tubal tumor tumors tuttle twine twisting tying unger unify unison
    unite units universality unser upped upton utopian vague vance venter verve vetting vice victors
    vide videographer villa villager villagers villains vimeo violates vitaly voce voiced voila
    voltages vowing waddington waiting wakeup waking walkabout walt wandsworth warden wardens warms
    warrington warts wasting watchdog watering waxes wayside weakened weakness wears weeding weeds
    weeps welding wells wesson wetting whacking whine whistling whiting whoops whopping whore
    wielding wien wight wince wing winging winking wiping witness wobble woodbine woodland woodlands
    woodward wordsworth wordy worth wound wracking wreaking wrecking wrench wrest wringing writhing
    yearn yearning yearns yeast yeats yells yorke yours zone zuma
    """.split()  # noqa: SIM905 - two thousand pairs of quotes would make it no clearer
)

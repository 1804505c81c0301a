### Words of the console.

today-title = Today

today-reload = Load again

# Heads a list.
today-needs = What needs a person

today-needs-nothing = Nothing.

# A kind of thing that needs a person.
# Variables:
#   $what (String) - the kind
today-need =
    { $what ->
        [hold] The county is in HOLD: an engineer is needed.
        [confirm] Emergencies that wait for a second person
        [review] Wait for review
        [gaps] Lack a text or a recording
        [unknown] Posts that may or may not have arrived
        [tasks] Posts to make by hand
        [requests] Groups that ask to be let in
       *[other] Faults in the content
    }

# How an airing ended.
# Variables:
#   $outcome (String) - how it ended
today-outcome =
    { $outcome ->
        [partial] cut
        [missed] missed
        [refused] refused
       *[other] not reported
    }

# Variables:
#   $count (String) - how many stations
today-stations = ({ $count } stations)

# Heads the board.
today-board = Townships

today-township = Township

today-well = Well

today-now = Now

today-next = Next

# Variables:
#   $count (String) - how many
today-more = and { $count } more

# How a station is.
# Variables:
#   $health (String) - how it is
today-health =
    { $health ->
        [well] well
        [unready] clips missing
        [clock] clock is off
        [muted] muted there
        [faulty] faulty
        [silent] silent
       *[other] no box
    }

### review = "draft"
### Words of the console.

today-title = ꓐꓯ ꓟ

today-reload = ꓐꓯ ꓢꓲ ꓐꓯ

# Heads a list.
today-needs = ꓬꓰ ꓠꓯꓹˍ

today-needs-nothing = ꓟꓽ ꓙꓳ

# A kind of thing that needs a person.
# Variables:
#   $what (String) - the kind
today-need =
    { $what ->
        [hold] ꓥ ꓟꓲ ꓕꓽ ꓐꓯ
        [confirm] ꓖꓳ ꓪꓴꓽ ꓐꓯ ꓠꓬ
        [review] ꓟꓳ ꓠꓬ
        [gaps] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [unknown] ꓐꓯ ꓟꓽ ꓟꓳ
        [tasks] ꓐꓯ ꓠꓯꓹˍ ꓡꓳ
        [requests] ꓞꓳ ꓘꓹ ꓐꓯ
       *[other] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
    }

# How an airing ended.
# Variables:
#   $outcome (String) - how it ended
today-outcome =
    { $outcome ->
        [partial] ꓐꓯ ꓟꓽ ꓓ
        [missed] ꓟꓽ ꓐꓯ
        [refused] ꓕꓽ ꓐꓯ
       *[other] ꓐꓯ ꓟꓽ ꓙꓳ
    }

# Variables:
#   $count (String) - how many stations
today-stations = ({ $count })

# Heads the board.
today-board = ꓞꓳ ꓘꓹ

today-township = ꓞꓳ ꓘꓹ

today-well = ꓗꓽ

today-now = ꓐꓯ ꓬꓰ

today-next = ꓐꓯ ꓡ ꓟ

# Variables:
#   $count (String) - how many
today-more = { $count }

# How a station is.
# Variables:
#   $health (String) - how it is
today-health =
    { $health ->
        [well] ꓗꓽ
        [unready] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
        [clock] ꓩꓷ ꓟꓽ ꓙꓳ
        [muted] ꓕꓽ ꓐꓯ
        [faulty] ꓟꓽ ꓗꓽ
        [silent] ꓐꓯ ꓟꓽ ꓙꓳ
       *[other] ꓐꓯ ꓫꓬ ꓟꓽ ꓙꓳ
    }

### review = "draft"
### Words of the console.

review-title = ꓐꓯ ꓟ ꓟꓳ

# A choice above the list.
review-waiting = ꓟꓳ ꓠꓬ

# A choice above the list.
review-all = ꓥ ꓟꓲ

review-none = ꓟꓽ ꓙꓳ

# A part of what is reviewed.
review-plan = ꓐꓯ ꓩꓷ

# How a part stands.
# Variables:
#   $state (String) - how
review-state =
    { $state ->
        [approved] ꓓ
        [rejected] ꓟꓽ ꓓ
       *[other] ꓟꓳ ꓠꓬ
    }

# Variables:
#   $count (String) - how many people
review-missing = ({ $count } ꓢꓴ)

review-yours = ꓠꓻ ꓢꓴ ꓟꓳ

# Before names.
review-authors = ꓐꓯ ꓟ ꓝꓲ ꓢꓴ

review-unsigned = ꓠꓻ ꓢꓴ ꓟꓽ ꓙꓳ

review-new = ꓥ ꓟꓲ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ

# Heads what stood before; also before a name and a time.
review-before = ꓓ

# Heads what stands now.
review-now = ꓐꓯ ꓬꓰ

review-same = ꓟꓽ ꓝꓲ

review-added = ꓝꓲ

review-gone = ꓟꓽ ꓙꓳ

review-unreadable = ꓥ ꓟꓲ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ

review-chime = ꓐꓯ ꓫꓬ ꓝꓲ

# Before a player.
# Variables:
#   $kind (String) - who speaks
review-recording =
    { $kind ->
        [person] ꓐꓯ ꓢꓴ
        [synthetic] ꓐꓯ ꓐꓯ ꓫꓬ
       *[other] ꓐꓯ ꓟꓽ ꓥꓳ
    }

review-no-recording = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

review-comment = ꓐꓯ ꓟ

# A button.
review-approve = ꓗꓽ

# A button.
review-reject = ꓟꓽ ꓗꓽ

review-said-approved = ꓓ

review-said-rejected = ꓓ

# Why a verdict is not taken.
# Variables:
#   $why (String) - the reason
review-fault =
    { $why ->
        [comment] ꓐꓯ ꓟ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ
       *[other] ꓢꓴ ꓝꓲ꓿ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ
    }

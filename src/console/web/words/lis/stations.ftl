### review = "draft"
### Words of the console.

stations-title = ꓞꓳ ꓘꓹ

stations-one = ꓞꓳ ꓘꓹ

stations-no-link = ꓞꓳ ꓘꓹ ꓟꓽ ꓙꓳ

# Heads a list.
stations-pending = ꓐꓯ ꓫꓬ ꓟꓳ ꓠꓬ

stations-health = ꓗꓽ ꓟꓽ ꓗꓽ

stations-heard = ꓗꓪ ꓐꓯ

stations-clock = ꓩꓷ

stations-ready = ꓐꓯ ꓟ

stations-is-ready = ꓙꓳ

stations-not-ready = ꓟꓽ ꓙꓳ

stations-not-known = ꓟꓽ ꓟꓳ

# Variables:
#   $count (String) - how many
stations-unready = { $count } ꓟꓽ ꓙꓳ

# In the place of a time.
stations-never = ꓟꓽ ꓙꓳ

# In the place of a time.
stations-here = ꓕꓱ

# Variables:
#   $count (String) - how many
stations-cut = { $count }

stations-others = ꓞꓳ ꓘꓹ ꓥ ꓟꓲ

# A button, and what heads its form.
stations-enrol = ꓐꓯ ꓫꓬ ꓡ ꓝꓲ

# Before a code.
stations-code = ꓐꓯ ꓬꓯ

# Variables:
#   $until (String) - when
stations-code-until = { $until }

# Before a command.
stations-join = ꓕꓱ ꓠꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ

stations-picture = ꓟꓳ

stations-then = ꓐꓯ ꓟ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿

# A link.
stations-look = ꓟꓳ

stations-fingerprint = ꓐꓯ ꓬꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿

stations-fingerprint-of = ꓐꓯ ꓬꓯ

# Beside a box to tick.
stations-same = ꓟꓳ ꓓ

# A button.
stations-confirm = ꓗꓽ

# A button, and what heads its form.
stations-revoke = ꓐꓯ ꓫꓬ ꓕꓽ ꓬꓰ

stations-revoke-what = 14 ꓠꓲ ꓕꓽ ꓐꓯ

# Beside a box to tick.
stations-sure = ꓗꓽ

# Heads what is told of a box.
# Variables:
#   $state (String) - where it stands
stations-box =
    { $state ->
        [confirmed] ꓐꓯ ꓫꓬ ꓙꓳ
        [revoked] ꓐꓯ ꓫꓬ ꓕꓽ ꓬꓰ
       *[other] ꓐꓯ ꓫꓬ ꓟꓳ ꓠꓬ
    }

stations-version = ꓐꓯ ꓟ

stations-uptime = ꓩꓷ

stations-disk = ꓔꓯ ꓗꓪ

stations-temperature = ꓮ ꓔꓳꓸ

stations-sink = ꓐꓯ ꓫꓬ

stations-volume = ꓐꓯ ꓪꓴꓽ

stations-rundown = ꓐꓯ ꓟ

stations-log = ꓐꓯ ꓓ

stations-people-did = ꓢꓴ ꓬꓰ ꓓ

# What somebody did.
# Variables:
#   $action (String) - what was done
stations-did =
    { $action ->
        [make-enrolment-code] ꓐꓯ ꓬꓯ ꓝꓲ
        [enrol-box] ꓐꓯ ꓫꓬ ꓡ
        [confirm-box] ꓐꓯ ꓫꓬ ꓗꓽ
       *[other] ꓐꓯ ꓫꓬ ꓕꓽ ꓬꓰ
    }

stations-said-confirmed = ꓐꓯ ꓫꓬ ꓡ ꓓ

stations-said-revoked = ꓐꓯ ꓫꓬ ꓕꓽ ꓬꓰ

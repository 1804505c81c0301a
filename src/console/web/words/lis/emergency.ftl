### review = "draft"
### Words of the console.

emergency-title = ꓖꓳ ꓪꓴꓽ ꓐꓯ

# Heads the page on which one is filed.
emergency-new = ꓐꓯ ꓠꓬ

# Heads the page of one.
emergency-order = ꓖꓳ ꓪꓴꓽ ꓐꓯ ꓟ

# Heads what is on.
emergency-on = ꓖꓳ ꓪꓴꓽ ꓐꓯ ꓬꓰ

emergency-nothing-on = ꓖꓳ ꓪꓴꓽ ꓟꓽ ꓙꓳ

# How it stands.
# Variables:
#   $state (String) - how
#   $at (String) - since when
emergency-state =
    { $state ->
        [waits] { $at } ꓐꓯ ꓠꓬ
        [held] { $at } ꓕꓽ ꓐꓯ
       *[other] { $at } ꓐꓯ ꓬꓰ
    }

# How far it has come.
# Variables:
#   $sounding (String) - stations at which it sounds now
#   $reached (String) - stations at which it has sounded
#   $all (String) - its stations
emergency-counts = ꓐꓯ ꓬꓰ { $sounding }, ꓐꓯ ꓓ { $reached } / { $all }

# Variables:
#   $level (String) - I, II, III or IV
emergency-level =
    { $level ->
        [I] ꓪꓴꓽ 1
        [II] ꓪꓴꓽ 2
        [III] ꓪꓴꓽ 3
       *[other] ꓪꓴꓽ 4
    }

# Heads the templates of a class.
# Variables:
#   $class (String) - the class
emergency-templates =
    { $class ->
        [drill] ꓬꓯ ꓡꓬꓯ ꓐꓯ ꓟ
       *[other] ꓖꓳ ꓪꓴꓽ ꓐꓯ ꓟ
    }

# What filing one does.
# Variables:
#   $class (String) - the class
emergency-what =
    { $class ->
        [drill] ꓬꓯ ꓡꓬꓯ ꓥꓳ꓿
       *[other] ꓖꓳ ꓪꓴꓽ ꓥꓳ꓿
    }

emergency-no-template = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

# In the place of a text.
emergency-no-text = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

# In the place of a recording.
emergency-no-recording = ꓐꓯ ꓟꓽ ꓙꓳ

# Names the player for a screen reader.
emergency-listen = ꓐꓯ

emergency-where = ꓮ ꓡꓲ ꓗꓪ

# Variables:
#   $count (String) - how many stations
emergency-where-own = ꓞꓳ ꓘꓹ { $count }

# Opens a list to tick.
emergency-where-else = ꓞꓳ ꓘꓹ ꓟꓳ

# Before a field.
emergency-stations = ꓞꓳ ꓘꓹ

# A button.
emergency-file = ꓖꓳ ꓪꓴꓽ ꓐꓯ ꓠꓬ

# A button.
emergency-file-drill = ꓬꓯ ꓡꓬꓯ ꓐꓯ

# Beside a box to tick.
emergency-sure = ꓐꓯ ꓟ ꓟꓳ ꓓ

# Below a button that is held.
emergency-hold = ꓐꓯ ꓫꓬ ꓐꓯ ꓡꓳ

# A link.
emergency-back = ꓖꓳ ꓪꓴꓽ ꓐꓯ ꓟ ꓗꓪ ꓙꓰ

emergency-ended = ꓐꓯ ꓓ

# Before a name.
# Variables:
#   $at (String) - when
emergency-filed = { $at } ꓐꓯ ꓠꓬ

# Before a name.
emergency-confirmed = ꓟꓳ ꓢꓴ

emergency-departed = ꓐꓯ ꓟ ꓟꓽ ꓥꓳ꓿ ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ꓿

emergency-signed-waits = ꓠꓻ ꓢꓴ ꓓ꓿ ꓢꓴ ꓠꓬ ꓡꓳ꓿

emergency-own = ꓠꓻ ꓢꓴ ꓐꓯ ꓓ꓿ ꓢꓴ ꓠꓬ ꓡꓳ꓿

emergency-waits-approver = ꓖꓳ ꓪꓴꓽ ꓟꓳ ꓢꓴ ꓟꓳ ꓡꓳ꓿

# Before the reason.
emergency-no-key = ꓠꓻ ꓢꓴ ꓟꓽ ꓓ꓿

# A button.
emergency-confirm = ꓐꓯ ꓠꓬ ꓟꓳ

# A button.
emergency-sign = ꓠꓻ ꓢꓴ ꓝꓲ

emergency-sign-how = ꓐꓯ ꓬꓯ ꓐꓯ ꓟ ꓐꓯ ꓡꓳ꓿

# Before a field.
emergency-key-file = ꓐꓯ ꓬꓯ

# Before a field.
emergency-passphrase = ꓐꓯ ꓬꓯ ꓐꓯ ꓟ

# Before a command.
emergency-sign-command = ꓐꓯ ꓫꓬ

# Why it is not signed.
# Variables:
#   $why (String) - the reason
emergency-sign-fault =
    { $why ->
        [damaged] ꓐꓯ ꓬꓯ ꓟꓽ ꓥꓳ
        [other] ꓐꓯ ꓬꓯ ꓟꓽ ꓥꓳ
        [old] ꓐꓯ ꓫꓬ ꓟꓽ ꓗꓽ
       *[other] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
    }

# A button.
emergency-all-clear = ꓕꓽ ꓬꓰ

emergency-all-clear-what = ꓕꓽ ꓬꓰ꓿ ꓐꓯ ꓓ ꓐꓯ꓿

# A button.
emergency-cancel = ꓕꓽ ꓐꓯ

emergency-cancel-what = ꓕꓽ ꓐꓯ꓿

# A button.
emergency-correct = ꓐꓯ ꓢꓲ ꓐꓯ

emergency-correct-what = ꓐꓯ ꓟ ꓝꓲ ꓓ ꓠꓬ꓾

emergency-said-filed = ꓐꓯ ꓓ

emergency-said-confirmed = ꓟꓳ ꓓ

emergency-said-signed = ꓠꓻ ꓢꓴ ꓓ

emergency-said-cancelled = ꓕꓽ ꓐꓯ ꓓ

emergency-said-cleared = ꓕꓽ ꓬꓰ ꓓ

emergency-said-corrected = ꓐꓯ ꓢꓲ ꓐꓯ ꓓ

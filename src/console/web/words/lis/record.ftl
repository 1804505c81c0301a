### review = "draft"
### Words of the console.

record-title = ꓐꓯ

record-broadcast = ꓐꓯ ꓩꓷ

# A button.
record-choose = ꓟꓳ

record-no-text = ꓐꓯ ꓟ ꓟꓽ ꓗꓽ

# Above the text to read aloud.
record-read = ꓐꓯ ꓠꓯꓹˍ ꓡꓳ

record-needs = ꓐꓯ ꓟꓽ ꓗꓽ

record-speaker = ꓐꓯ ꓢꓴ

record-voice = ꓐꓯ

record-any-voice = ꓥ ꓟꓲ

# A button.
record-start = ꓐꓯ

# A button.
record-stop = ꓕꓽ ꓐꓯ

record-level = ꓐꓯ ꓪꓴꓽ

record-file = ꓐꓯ ꓫꓬ

# A button.
record-send = ꓕꓱ ꓗꓽ

# Variables:
#   $seconds (String) - how long it is
record-saved = ꓓ ({ $seconds })

# A link.
record-look = ꓟꓳ

# Heads a list.
record-present = ꓐꓯ ꓟ

record-of-this = ꓥꓳ

record-of-older = ꓟꓽ ꓥꓳ

# Why a recording is not taken.
# Variables:
#   $why (String) - the reason
record-fault =
    { $why ->
        [changed] ꓢꓴ ꓝꓲ꓿ ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ
        [busy] ꓐꓯ ꓬꓰ꓿ ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ
        [speaker] ꓠꓻ ꓢꓴ ꓐꓯ ꓡꓳ
        [lost] ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ
       *[other] ꓟꓽ ꓗꓽ
    }

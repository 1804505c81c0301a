### review = "draft"
### Words of the console.

engineer-title = ꓐꓯ ꓫꓬ ꓢꓴ

# A link, and what heads its page.
engineer-doctor = ꓐꓯ ꓫꓬ ꓟꓳ

# A link, and what heads its page.
engineer-metrics = ꓐꓯ ꓩꓷ

engineer-faults = ꓐꓯ ꓟ ꓟꓽ ꓥꓳ

engineer-hold = ꓥ ꓟꓲ ꓕꓽ ꓐꓯ

engineer-hold-what = ꓐꓯ ꓟ ꓢꓲ ꓕꓽ ꓐꓯ꓿

# Beside a box to tick.
engineer-sure = ꓟꓳ ꓓ

# A button.
engineer-release = ꓐꓯ ꓢꓲ ꓐꓯ

engineer-keys = ꓐꓯ ꓬꓯ

engineer-no-keys = ꓐꓯ ꓬꓯ ꓟꓽ ꓙꓳ

engineer-key-for = ꓬꓰ

engineer-key-id = ꓐꓯ

engineer-key-ends = ꓠꓲ

# What a key is used for.
# Variables:
#   $use (String) - what it is used for
engineer-key-use =
    { $use ->
        [approver] ꓖꓳ ꓪꓴꓽ ꓟꓳ
        [time] ꓩꓷ
       *[other] ꓐꓯ ꓟ
    }

# Variables:
#   $days (String) - how many
engineer-days = { $days } ꓠꓲ

# Variables:
#   $count (String) - how many
engineer-approvers = { $count } ꓢꓴ

# Variables:
#   $days (String) - how many
engineer-certificate = { $days } ꓠꓲ

engineer-advice = ꓐꓯ ꓬꓯ ꓝꓲ

# Before a command.
# Variables:
#   $what (String) - what is done
engineer-advice-of =
    { $what ->
        [approver] ꓖꓳ ꓪꓴꓽ ꓐꓯ ꓬꓯ
        [rotate] ꓐꓯ ꓬꓯ ꓢꓲ
        [revoke] ꓐꓯ ꓬꓯ ꓕꓽ ꓬꓰ
       *[other] ꓐꓯ ꓬꓯ ꓟ ꓢꓲ
    }

engineer-backups = ꓐꓯ ꓟ ꓔꓯ

engineer-backup-what = ꓔꓯ ꓗꓪ ꓐꓯ ꓟ

# A button.
engineer-backup = ꓐꓯ ꓟ ꓝꓲ

engineer-no-backups = ꓟꓽ ꓙꓳ

engineer-all-well = ꓥ ꓟꓲ ꓗꓽ

# Variables:
#   $count (String) - how many
engineer-fault-count = { $count } ꓟꓽ ꓗꓽ

# What was looked at.
# Variables:
#   $what (String) - what was looked at
engineer-finding =
    { $what ->
        [content] ꓐꓯ ꓟ
        [clock] ꓩꓷ
        [disk] ꓔꓯ ꓗꓪ
        [data-folder] ꓔꓯ ꓗꓪ ꓐꓯ
        [ledger] ꓐꓯ ꓟ ꓔꓯ
        [keys] ꓐꓯ ꓬꓯ
        [machine] ꓐꓯ ꓫꓬ
        [fonts] ꓡꓲ ꓢꓴ
        [certificate] ꓐꓯ ꓬꓯ ꓟ
        [loudspeaker] ꓐꓯ ꓗꓪ
        [channels] ꓢꓴ ꓐꓯ
        [channel] ꓢꓴ ꓐꓯ ꓟꓽ ꓗꓽ
       *[other] ꓐꓯ ꓫꓬ ꓗꓪ
    }

engineer-said-backup = ꓓ

engineer-said-released = ꓐꓯ ꓢꓲ ꓐꓯ ꓓ

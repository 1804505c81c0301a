### Words of the console.

engineer-title = Engineer

# A link, and what heads its page.
engineer-doctor = Look at this machine

# A link, and what heads its page.
engineer-metrics = Metrics

engineer-faults = Faults of content and plan

engineer-hold = HOLD

engineer-hold-what = No new rundowns and posts go out. Find out why before you release it.

# Beside a box to tick.
engineer-sure = I know why it holds

# A button.
engineer-release = Release

engineer-keys = Keys

engineer-no-keys = There are no keys yet.

engineer-key-for = Used for

engineer-key-id = Id

engineer-key-ends = Days left

# What a key is used for.
# Variables:
#   $use (String) - what it is used for
engineer-key-use =
    { $use ->
        [approver] approver
        [time] time
       *[other] rundown
    }

# Variables:
#   $days (String) - how many
engineer-days = { $days } days

# Variables:
#   $count (String) - how many
engineer-approvers = { $count } approvers have a key; an emergency takes two.

# Variables:
#   $days (String) - how many
engineer-certificate = The certificate of the link ends in { $days } days.

engineer-advice = To change and revoke (with the root key, on this machine's command line)

# Before a command.
# Variables:
#   $what (String) - what is done
engineer-advice-of =
    { $what ->
        [approver] An approver gets a key, or a new one
        [rotate] Once a year: new working keys
        [revoke] A key is stolen, or somebody leaves
       *[other] A new certificate
    }

engineer-backups = Backups

engineer-backup-what = A backup has the ledger and the content, and no private keys. It lies in data/backups: copy it elsewhere, and keep it as you keep passwords.

# A button.
engineer-backup = Make one now

engineer-no-backups = None was made from here.

engineer-all-well = All is well.

# Variables:
#   $count (String) - how many
engineer-fault-count = { $count } faults.

# What was looked at.
# Variables:
#   $what (String) - what was looked at
engineer-finding =
    { $what ->
        [content] content
        [clock] clock
        [disk] disk
        [data-folder] data folder
        [ledger] ledger
        [keys] keys
        [machine] machine
        [fonts] fonts
        [certificate] certificate
        [loudspeaker] loudspeaker
        [channels] channels
        [channel] channel
       *[other] sound devices
    }

engineer-said-backup = The backup is made.

engineer-said-released = The HOLD is released.

### review = "draft"
### Words of the console.

notices-title = ꓐꓯ ꓟ

# A link and a button.
notices-new = ꓐꓯ ꓟ ꓝꓲ

notices-none = ꓟꓽ ꓙꓳ

# A choice above the list.
# Variables:
#   $what (String) - what is shown
notices-filter =
    { $what ->
        [all] ꓥ ꓟꓲ
        [bo] ꓕꓬ ꓬꓰ ꓠꓯꓹˍ
        [lis] ꓡꓲ ꓢꓴ ꓬꓰ ꓠꓯꓹˍ
       *[other] ꓟꓽ ꓟꓳ ꓢꓲ
    }

notices-next = ꓐꓯ ꓡ ꓟ

# How a translation stands.
# Variables:
#   $state (String) - how
notices-standing =
    { $state ->
        [missing] ꓟꓽ ꓙꓳ
        [outdated] ꓟꓽ ꓥꓳ
        [unsaid] ꓟꓽ ꓟꓳ ꓢꓲ
       *[other] ꓓ
    }

# Before the names of those who have a draft.
notices-draft-of = ꓟꓽ ꓟꓳ ꓢꓲ

# Above a form that has one's own draft.
# Variables:
#   $at (String) - when it was kept
notices-draft-yours = ꓟꓽ ꓟꓳ ꓢꓲ ({ $at })

# A part of a notice.
# Variables:
#   $piece (String) - the part
notices-piece =
    { $piece ->
        [title] ꓐꓯ ꓟ
        [short] ꓐꓯ ꓟ ꓟꓽ ꓪꓴꓽ
        [voice] ꓐꓯ
       *[other] ꓐꓯ ꓟ ꓥ ꓟꓲ
    }

notices-changed = ꓔꓬ ꓝꓲ

notices-change-unknown = ꓥ ꓟꓲ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ

# A tick box of translators.
notices-right = ꓥꓳ

# Heads a list of terms.
notices-terms = ꓐꓯ ꓟ

notices-term-missing = ꓟꓽ ꓙꓳ

# A button.
notices-save = ꓝꓲ

# A button.
notices-keep = ꓝꓲ ꓟꓽ ꓟꓳ ꓢꓲ

# A button.
notices-drop = ꓕꓽ ꓬꓰ

notices-said-saved = ꓓ

notices-said-draft = ꓓ

notices-said-dropped = ꓓ

notices-said-same = ꓟꓽ ꓝꓲ

# Why a save is refused.
# Variables:
#   $what (String) - what changed meanwhile
notices-conflict =
    { $what ->
        [source] ꓔꓬ ꓝꓲ꓿ ꓟꓽ ꓓ꓿
        [gone] ꓟꓽ ꓙꓳ꓿ ꓟꓽ ꓓ꓿
       *[other] ꓢꓴ ꓝꓲ꓿ ꓟꓽ ꓓ꓿
    }

# Why a save is refused.
# Variables:
#   $count (String) - how many faults
notices-faulty = { $count } ꓟꓽ ꓥꓳ꓿ ꓟꓽ ꓓ꓿

notices-too-many = ꓟꓽ ꓓ

# Below a text.
notices-clean = ꓗꓽ

# What a fault is about.
# Variables:
#   $what (String) - what
notices-finding =
    { $what ->
        [letters] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [marks] ꓐꓯ ꓟ ꓟꓽ ꓗꓽ
        [numbers] 1 2 3
        [names] ꓠꓻ ꓢꓴ
        [parts] ꓟꓽ ꓙꓳ
        [yet] ꓐꓯ ꓟ ꓟꓽ ꓙꓳ
       *[other] ꓟꓽ ꓗꓽ
    }

# How bad a fault is.
# Variables:
#   $how (String) - how
notices-severity =
    { $how ->
        [error] ꓟꓽ ꓥꓳ
       *[other] ꓟꓳ ꓠꓯꓹˍ ꓡꓳ
    }

# Heads a list of changes.
notices-history = ꓝꓲ ꓓ

# A link beside an older text.
notices-restore = ꓐꓯ ꓢꓲ ꓝꓲ

# Above a form that has an older text.
# Variables:
#   $at (String) - of when
notices-restored = { $at } ꓐꓯ ꓟ

notices-file-draft = ꓟꓽ ꓟꓳ ꓢꓲ

# Before a list of files.
notices-unreadable = ꓐꓯ ꓟ ꓟꓽ ꓗꓽ

notices-topic = ꓐꓯ ꓟ

notices-id = ꓐꓯ ꓟ

notices-comment = ꓡꓲ ꓢꓴ ꓝꓲ

# Why a new notice is refused.
# Variables:
#   $why (String) - the reason
notices-fault =
    { $why ->
        [id] ꓟꓽ ꓥꓳ
        [taken] ꓙꓳ
       *[other] ꓐꓯ ꓟ ꓐꓯ ꓡꓳ
    }

### Words of the console.

notices-title = Notices

# A link and a button.
notices-new = Write a new one

notices-none = There are none.

# A choice above the list.
# Variables:
#   $what (String) - what is shown
notices-filter =
    { $what ->
        [all] All
        [bo] To do in Tibetan
        [lis] To do in Lisu
       *[other] My drafts
    }

notices-next = Next page

# How a translation stands.
# Variables:
#   $state (String) - how
notices-standing =
    { $state ->
        [missing] not translated
        [outdated] Chinese changed
        [unsaid] not compared
       *[other] translated
    }

# Before the names of those who have a draft.
notices-draft-of = Draft:

# Above a form that has one's own draft.
# Variables:
#   $at (String) - when it was kept
notices-draft-yours = This is your draft of { $at }; it is not saved yet.

# A part of a notice.
# Variables:
#   $piece (String) - the part
notices-piece =
    { $piece ->
        [title] Title
        [short] Short text (for the picture card)
        [voice] Read aloud (only where it differs)
       *[other] Text
    }

notices-changed = What changed in the Chinese since it was translated

notices-change-unknown = The Chinese of that time is not known: compare all of it.

# A tick box of translators.
notices-right = It says what the Chinese says now

# Heads a list of terms.
notices-terms = Terms

notices-term-missing = not agreed yet

# A button.
notices-save = Save

# A button.
notices-keep = Keep as a draft

# A button.
notices-drop = Drop the draft

notices-said-saved = Saved; it airs as planned.

notices-said-draft = The draft is kept; nothing airs differently.

notices-said-dropped = The draft is dropped.

notices-said-same = Nothing was changed.

# Why a save is refused.
# Variables:
#   $what (String) - what changed meanwhile
notices-conflict =
    { $what ->
        [source] The Chinese changed while you wrote; nothing was saved. See what changed, mend the translation, save again.
        [gone] This text was taken away while you wrote; nothing was saved.
       *[other] Somebody changed this text while you wrote; nothing was saved. Below is how yours differs from what stands now: compare, then save again to put yours in its place.
    }

# Why a save is refused.
# Variables:
#   $count (String) - how many faults
notices-faulty = { $count } faults: nothing was saved; what you wrote is kept as a draft.

notices-too-many = You have too many drafts: save or drop some first.

# Below a text.
notices-clean = No fault was found.

# What a fault is about.
# Variables:
#   $what (String) - what
notices-finding =
    { $what ->
        [letters] letters
        [marks] punctuation
        [numbers] numbers
        [names] names in braces
        [parts] something is missing
        [yet] a text or a recording is to come
       *[other] form
    }

# How bad a fault is.
# Variables:
#   $how (String) - how
notices-severity =
    { $how ->
        [error] must be mended
       *[other] please look
    }

# Heads a list of changes.
notices-history = History

# A link beside an older text.
notices-restore = Take this version back

# Above a form that has an older text.
# Variables:
#   $at (String) - of when
notices-restored = This is the text of { $at }; save it to put it back.

notices-file-draft = Its file is marked as a draft: where review is required, it does not air.

# Before a list of files.
notices-unreadable = Files with a fault of syntax, whose texts are not here; an engineer mends them:

notices-topic = Kind

notices-id = Id (small letters, digits, hyphens; it never changes)

notices-comment = For translators

# Why a new notice is refused.
# Variables:
#   $why (String) - the reason
notices-fault =
    { $why ->
        [id] The id takes small letters, digits and hyphens alone.
        [taken] This id is taken; choose another.
       *[other] Choose a kind.
    }

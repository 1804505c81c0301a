### Words of the console.

people-title = People

people-add = Add a person

people-link = A link that works once, for a day; give it to

# Before names.
people-retired = Have left:

people-change = Change

# A button.
people-save = Save

# How a person logs in.
# Variables:
#   $state (String) - the state
people-login =
    { $state ->
        [none] cannot log in yet
        [code] password and code
       *[other] password only
    }

people-here = logged in

# A button.
people-give-link = Give a one-time link

# A button.
people-log-out = Log them out

# A button.
people-forget-code = Forget the code generator

# A button.
people-retire = Has left

people-roles = Roles

# What a person may do.
# Variables:
#   $role (String) - the role
people-role =
    { $role ->
        [writer] writer
        [translator] translator
        [reviewer] reviewer
        [approver] approver
       *[other] engineer
    }

people-languages = Languages of a translator (none ticked: all)

# A language.
# Variables:
#   $tag (String) - the language
people-language =
    { $tag ->
        [bo] Tibetan
        [lis] Lisu
       *[other] Chinese
    }

# Why a change is refused.
# Variables:
#   $why (String) - the reason
people-fault =
    { $why ->
        [taken] The name has been given before; add something to it.
        [unknown] There is no such person, or nothing to forget.
        [name] Write a name.
        [no-role] Choose a role at least.
       *[other] Nobody takes the engineer’s role from themselves.
    }

people-said-changed = Saved.

people-said-code = The code generator is forgotten; they set up another.

people-said-out = They are logged out.

people-said-retired = They have left; the name stays in records.

### review = "draft"
### Words of the console.

people-title = ꓢꓴ

people-add = ꓢꓴ ꓡ ꓝꓲ

people-link = ꓕꓱ ꓠꓬ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ

# Before names.
people-retired = ꓓꓵꓽ ꓙꓰ

people-change = ꓝꓲ

# A button.
people-save = ꓝꓲ

# How a person logs in.
# Variables:
#   $state (String) - the state
people-login =
    { $state ->
        [none] ꓡ ꓟꓽ ꓓ
        [code] ꓐꓯ ꓟ ꓐꓯ ꓬꓯ
       *[other] ꓐꓯ ꓟ
    }

people-here = ꓙꓳ

# A button.
people-give-link = ꓐꓯ ꓟ ꓝꓲ

# A button.
people-log-out = ꓓꓵꓽ ꓙꓰ

# A button.
people-forget-code = ꓐꓯ ꓬꓯ ꓕꓽ ꓬꓰ

# A button.
people-retire = ꓓꓵꓽ ꓙꓰ ꓓ

people-roles = ꓬꓰ

# What a person may do.
# Variables:
#   $role (String) - the role
people-role =
    { $role ->
        [writer] ꓐꓯ ꓟ ꓝꓲ
        [translator] ꓡꓲ ꓢꓴ ꓝꓲ
        [reviewer] ꓐꓯ ꓟ ꓟꓳ
        [approver] ꓖꓳ ꓪꓴꓽ ꓟꓳ
       *[other] ꓐꓯ ꓫꓬ ꓢꓴ
    }

people-languages = ꓡꓲ ꓢꓴ

# A language.
# Variables:
#   $tag (String) - the language
people-language =
    { $tag ->
        [bo] ꓕꓬ
        [lis] ꓡꓲ ꓢꓴ
       *[other] ꓔꓬ
    }

# Why a change is refused.
# Variables:
#   $why (String) - the reason
people-fault =
    { $why ->
        [taken] ꓢꓴ ꓙꓳ
        [unknown] ꓢꓴ ꓟꓽ ꓙꓳ
        [name] ꓠꓻ ꓢꓴ ꓐꓯ ꓡꓳ
        [no-role] ꓬꓰ ꓐꓯ ꓡꓳ
       *[other] ꓠꓻ ꓢꓴ ꓟꓽ ꓓ
    }

people-said-changed = ꓓ

people-said-code = ꓓ

people-said-out = ꓓ

people-said-retired = ꓓ

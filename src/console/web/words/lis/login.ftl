### review = "draft"
### Words of the console.

login-title = ꓡ ꓝꓲ

# Before a field.
login-name = ꓠꓻ ꓢꓴ

login-password = ꓐꓯ ꓟ

login-code = ꓐꓯ ꓬꓯ

# A button.
login-enter = ꓡ ꓝꓲ

login-forgotten = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ ꓠꓬ꓾ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿

# Why somebody does not come in.
# Variables:
#   $why (String) - the reason
#   $minutes (String) - how long to wait
login-fault =
    { $why ->
        [wrong] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
        [wait] { $minutes } ꓩꓷ
       *[other] ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ
    }

login-link-title = ꓐꓯ ꓟ ꓝꓲ

# Above the first form of a new county.
login-first = ꓠꓻ ꓢꓴ ꓥꓳ꓿

# A button.
login-set = ꓝꓲ

# Before a command.
login-secure = ꓕꓱ ꓠꓬ ꓝꓲ ꓠꓯꓹˍ ꓡꓳ

login-spent = ꓟꓽ ꓙꓳ

# Variables:
#   $count (String) - the least number of characters
login-new-password = ꓐꓯ ꓟ ({ $count })

login-again = ꓐꓯ ꓢꓲ ꓐꓯ

# Why a password is not taken.
# Variables:
#   $why (String) - the reason
login-password-fault =
    { $why ->
        [differs] ꓟꓽ ꓥꓳ
        [short] ꓟꓽ ꓪꓴꓽ
        [long] ꓪꓴꓽ
        [plain] ꓟꓽ ꓗꓽ
        [name] ꓠꓻ ꓢꓴ ꓐꓯ ꓡꓳ
        [taken] ꓢꓴ ꓙꓳ
       *[other] ꓐꓯ ꓟ ꓟꓽ ꓥꓳ
    }

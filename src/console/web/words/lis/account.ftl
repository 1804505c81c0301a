### review = "draft"
### Words of the console.

account-title = ꓠꓻ ꓢꓴ

account-code = ꓐꓯ ꓬꓯ

account-code-on = ꓗꓽ

account-code-log-in = ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ

account-code-why = ꓐꓯ ꓬꓯ ꓙꓳ ꓠꓬ ꓗꓽ

account-code-how = ꓕꓱ ꓠꓬ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿

account-code-picture = ꓟꓳ

account-code-first = ꓐꓯ ꓬꓯ

# A button.
account-code-set = ꓝꓲ

account-code-wrong = ꓐꓯ ꓬꓯ ꓟꓽ ꓥꓳ

account-password = ꓐꓯ ꓟ ꓝꓲ

# A button.
account-change = ꓝꓲ

account-old-password = ꓐꓯ ꓟ

account-sessions = ꓡ ꓗꓪ

# Variables:
#   $since (String) - when it began
#   $seen (String) - when it was last used
account-session = { $since } – { $seen }

account-this-session = ꓕꓱ

# A button.
account-end = ꓓꓵꓽ ꓙꓰ

# A button.
account-end-all = ꓥ ꓟꓲ ꓓꓵꓽ ꓙꓰ

account-said-password = ꓓ

account-said-code = ꓓ

account-said-ended = ꓓ

### review = "draft"
### Words of the console.

# Heads every page of the console.
layout-name = ꓐꓯ ꓗꓪ

# For those who go through a page with the keyboard.
layout-jump = ꓐꓯ ꓟ ꓗꓪ ꓙꓰ

# A button.
layout-leave = ꓓꓵꓽ ꓙꓰ

# Names the navigation for a screen reader.
layout-pages = ꓐꓯ ꓟ

# The button on every page.
layout-silence = ꓥ ꓟꓲ ꓕꓽ ꓐꓯ

# What the button does.
layout-silence-what = ꓥ ꓟꓲ ꓕꓽ ꓐꓯ꓿ ꓖꓳ ꓪꓴꓽ ꓠꓬ ꓐꓯ ꓓ꓿

layout-silence-where = ꓮ ꓡꓲ ꓗꓪ

layout-silence-all = ꓥ ꓟꓲ

layout-said-silenced = ꓕꓽ ꓐꓯ ꓐꓯ ꓓ

layout-back = ꓐꓯ ꓟ ꓗꓪ ꓙꓰ

layout-sample = ꓕꓱ ꓠꓬ ꓥꓳ ꓟ ꓟꓽ ꓥꓳ꓿

# On the pages in Tibetan and Lisu.
layout-draft = ꓡꓲ ꓢꓴ ꓟꓽ ꓟꓳ ꓢꓲ

# To an approver who logged in without a code.
layout-lacks-code = ꓐꓯ ꓬꓯ ꓟꓽ ꓙꓳ꓿

layout-nav-today = ꓐꓯ ꓟ

layout-nav-broadcasts = ꓐꓯ ꓩꓷ

layout-nav-notices = ꓐꓯ ꓟ

layout-nav-review = ꓐꓯ ꓟ ꓟꓳ

layout-nav-people = ꓢꓴ

layout-nav-account = ꓠꓻ ꓢꓴ

# Heads a page that says why something was not done.
layout-stop-title = ꓟꓽ ꓓ

# Why.
# Variables:
#   $why (String) - the reason
layout-stop =
    { $why ->
        [not-found] ꓟꓽ ꓙꓳ
        [not-yours] ꓠꓻ ꓢꓴ ꓟꓽ ꓓ
        [foreign] ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ
        [too-long] ꓪꓴꓽ
        [refused] ꓟꓽ ꓓ
        [ledger] ꓔꓯ ꓗꓪ ꓟꓽ ꓗꓽ
       *[other] ꓐꓯ ꓢꓲ ꓐꓯ ꓡꓳ
    }

layout-nav-as-run = ꓐꓯ ꓓ

# Before a field.
layout-township = ꓞꓳ ꓘꓹ

# Before a field.
layout-village = ꓞꓳ ꓘꓹ

# Heads a column.
layout-station = ꓞꓳ ꓘꓹ

layout-broadcast = ꓐꓯ ꓟ

layout-language = ꓡꓲ ꓢꓴ

# In a list to choose from.
layout-all = ꓥ ꓟꓲ

# A button.
layout-show = ꓟꓳ

# What kind of broadcast it is.
# Variables:
#   $class (String) - the class
layout-class =
    { $class ->
        [emergency] ꓖꓳ ꓪꓴꓽ
        [drill] ꓬꓯ ꓡꓬꓯ
       *[other] ꓐꓯ ꓟ
    }

# A link.
layout-earlier-page = ← ꓐꓯ ꓟ

# A link.
layout-later-page = ꓐꓯ ꓟ →

layout-nav-timetable = ꓐꓯ ꓩꓷ

layout-nav-stations = ꓞꓳ ꓘꓹ

layout-nav-emergency = ꓖꓳ ꓪꓴꓽ

layout-nav-chats = ꓢꓴ

layout-nav-engineer = ꓐꓯ ꓫꓬ ꓢꓴ

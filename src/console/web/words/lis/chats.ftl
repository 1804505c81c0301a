### review = "draft"
### Words of the console.

chats-title = ꓢꓴ

# A link, and what heads its page.
chats-posts = ꓐꓯ ꓓ

# A link, and what heads its page.
chats-directory = ꓢꓴ ꓐꓯ ꓟ

chats-tasks = ꓐꓯ ꓠꓯꓹˍ ꓡꓳ

chats-unknown = ꓐꓯ ꓟꓽ ꓟꓳ

chats-unknown-what = ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿

# A button.
chats-seen = ꓙꓳ

# A button.
chats-resend = ꓟꓽ ꓙꓳ꓿ ꓐꓯ ꓢꓲ ꓐꓯ

chats-requests = ꓢꓴ ꓡ ꓠꓯꓹˍ

# A button.
chats-accept = ꓗꓽ

# A button.
chats-refuse = ꓕꓽ ꓬꓰ

chats-not-taken = ꓟꓽ ꓓ

chats-id = ꓐꓯ ꓟ

chats-name = ꓢꓴ

chats-village = ꓞꓳ ꓘꓹ

chats-whole-county = ꓥ ꓟꓲ

chats-send = ꓐꓯ ꓟ

# A part of a post.
# Variables:
#   $part (String) - what it is
chats-part =
    { $part ->
        [text] ꓐꓯ ꓟ
        [voice] ꓐꓯ
       *[other] ꓟꓳ
    }

chats-group = ꓢꓴ

chats-channel = ꓐꓯ ꓗꓪ

# A button, and what heads its column.
chats-test = ꓬꓯ ꓡꓬꓯ

chats-none = ꓢꓴ ꓟꓽ ꓙꓳ

# After the name of a group.
# Variables:
#   $how (String) - what the service answered
chats-tried =
    { $how ->
        [sent] ꓐꓯ ꓓ
        [handed] ꓢꓴ ꓐꓯ ꓠꓯꓹˍ
        [moved] ꓗꓪ ꓟꓽ ꓥꓳ
        [refused] ꓕꓽ ꓐꓯ
        [unknown] ꓐꓯ ꓟꓽ ꓟꓳ
       *[other] ꓐꓯ ꓟꓽ ꓓ
    }

# Variables:
#   $at (String) - when
chats-until = { $at }

# A button.
chats-copy = ꓐꓯ ꓟ ꓝꓲ

# A link.
chats-save = ꓝꓲ

# A button.
chats-share = ꓐꓯ

# A button.
chats-done = ꓐꓯ ꓓ

chats-state-label = ꓐꓯ ꓓ

# What became of a call to a service.
# Variables:
#   $state (String) - its state
chats-state =
    { $state ->
        [waiting] ꓐꓯ ꓠꓬ
        [sending] ꓐꓯ ꓬꓰ
        [delivered] ꓐꓯ ꓓ
        [refused] ꓕꓽ ꓐꓯ
        [expired] ꓩꓷ ꓓ
        [unknown] ꓐꓯ ꓟꓽ ꓟꓳ
        [handed] ꓢꓴ ꓐꓯ ꓠꓯꓹˍ
        [digested] ꓐꓯ ꓟ ꓥ ꓟꓲ
       *[other] ꓐꓯ ꓟꓽ ꓙꓳ
    }

# In the place of a title.
# Variables:
#   $what (String) - what it is
chats-ours =
    { $what ->
        [alarm] ꓖꓳ ꓪꓴꓽ
       *[other] ꓐꓯ ꓟ ꓥ ꓟꓲ
    }

chats-no-posts = ꓐꓯ ꓟ ꓟꓽ ꓙꓳ

# Variables:
#   $count (String) - how many
chats-read-max = { $count }

# A button, and what heads its form.
chats-correct = ꓐꓯ ꓠꓯꓹˍ

chats-correct-what = ꓐꓯ ꓟ ꓝꓲ ꓢꓲ꓾ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿

# A button, and what heads its form.
chats-withdraw = ꓕꓽ ꓬꓰ

chats-withdraw-what = ꓕꓽ ꓐꓯ꓿ ꓐꓯ ꓟ ꓟꓽ ꓙꓳ꓿

# Beside a box to tick.
chats-sure = ꓗꓽ

chats-said-seen = ꓓ

chats-said-resend = ꓐꓯ ꓢꓲ ꓐꓯ

chats-said-done = ꓓ

chats-said-accepted = ꓓ

chats-said-refused = ꓓ

chats-said-withdrawn = ꓕꓽ ꓬꓰ ꓐꓯ ꓓ

chats-said-corrected = ꓐꓯ ꓓ

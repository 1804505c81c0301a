### review = "draft"
### Fire, landslide, flood, and the drills for them.
### Lisu draft in Fraser script, not written by a native speaker. It needs review by a native speaker before use.
### It is pieced together from a short word list, says less than the Chinese, and stands in until a translator has written it anew.

# The ban on open fire in the dry season. 12119 is the forest fire number.
# @source 9e7130052852ddb3
wildfire-ban = ꓢꓲꓹ ꓜꓲ ꓙꓳ ꓟ ꓗꓪ ꓮ ꓔꓳꓸ ꓕꓽ ꓝꓲ꓿ ꓮ ꓔꓳꓸ ꓟꓳ ꓠꓬ꓾ 12119 ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓮ ꓔꓳꓸ ꓕꓽ ꓝꓲ
    .short = ꓮ ꓔꓳꓸ ꓕꓽ ꓝꓲ꓿ ꓮ ꓔꓳꓸ ꓟꓳ ꓠꓬ꓾ 12119 ꓗꓪ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿

# An emergency: leave the slope now.
# @source d4c6a924c3c5de18
landslide-warning = ꓟꓴꓽ ꓧ ꓪꓴꓽ ꓡ ꓡꓳ꓿ ꓟꓲ ꓡ ꓐ ꓡ ꓡꓳ꓿ ꓤꓼ ꓠꓱ ꓐꓰ ꓠꓻ ꓢꓴ ꓔꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿ ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓕꓽ ꓔꓬ꓿ ꓓꓵꓽ ꓙꓰ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓟꓲ ꓡ ꓐ ꓡ ꓡꓳ
    .short = ꓟꓲ ꓡ ꓐ ꓡ ꓡꓳ꓿ ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓕꓽ ꓔꓬ꓿

# An emergency: leave the river bank and low ground now.
# @source 661068fd559a9eb8
flood-warning = ꓬꓲ ꓙꓬ ꓪꓴꓽ ꓡ ꓡꓳ꓿ ꓬꓲ ꓙꓬ ꓗꓪ ꓕꓽ ꓙꓰ꓿ ꓤꓼ ꓠꓱ ꓐꓰ ꓠꓻ ꓢꓴ ꓔꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿ ꓞꓳ ꓘꓹ ꓗꓪ ꓐꓯ ꓟ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓬꓲ ꓙꓬ ꓪꓴꓽ ꓡ ꓡꓳ
    .short = ꓬꓲ ꓙꓬ ꓪꓴꓽ ꓡ ꓡꓳ꓿ ꓬꓲ ꓙꓬ ꓗꓪ ꓕꓽ ꓙꓰ꓿

# A drill. Says at once, and twice, that it is one.
# @source 4bf803fd8dd3ce5c
evacuation-drill = ꓕꓱ ꓠꓬ ꓬꓯ ꓡꓬꓯ ꓥꓳ꓿ ꓕꓱ ꓠꓬ ꓬꓯ ꓡꓬꓯ ꓥꓳ꓿ ꓤꓼ ꓠꓱ ꓐꓰ ꓠꓻ ꓢꓴ ꓔꓯ ꓟꓳ ꓢꓲ꓾ ꓞꓳ ꓘꓹ ꓗꓪ ꓡ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓬꓯ ꓡꓬꓯ
    .short = ꓕꓱ ꓠꓬ ꓬꓯ ꓡꓬꓯ ꓥꓳ꓿

# Ends a warning: people may go home, with care. Aired by order after an emergency.
# @source 2c53371ad3e5ec17
all-clear = ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓙꓰ ꓓ ꓡꓳ꓿ ꓙꓹ ꓖꓴ ꓔꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿ ꓟꓽ ꓫꓬ ꓟ ꓬꓲ ꓙꓬ ꓕꓽ ꓓꓳ꓿
    .title = ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓙꓰ ꓓ
    .short = ꓔꓬ ꓖꓴ ꓦꓲ ꓗꓪ ꓙꓰ ꓓ ꓡꓳ꓿

### review = "draft"
### The joint checkpoints on the county border.
### Lisu draft in Fraser script, not written by a native speaker. It needs review by a native speaker before use.
### It is pieced together from a short word list, says less than the Chinese, and stands in until a translator has written it anew.

# Tells travellers that every vehicle and every person is checked and registered.
# @source 48acf7f7f738d3e3
checkpoint-registration = ꓙꓹ ꓖꓴ ꓗꓪ ꓡ ꓞꓳ ꓮ ꓟꓬꓹ ꓔꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿ ꓘꓳ ꓚꓳ ꓬꓰ ꓠꓯꓹˍ ꓡꓳ꓿ ꓮ ꓡꓲ ꓗꓪ ꓐꓰ ꓡ ꓟ ꓐꓯ ꓠꓯꓹˍ ꓡꓳ꓿
    .title = ꓙꓹ ꓖꓴ ꓗꓪ ꓡ ꓞꓳ ꓔꓯ ꓟꓳ
    .short = ꓙꓹ ꓖꓴ ꓗꓪ ꓡ ꓞꓳ ꓮ ꓟꓬꓹ ꓔꓯ ꓟꓳ ꓠꓯꓹˍ ꓡꓳ꓿

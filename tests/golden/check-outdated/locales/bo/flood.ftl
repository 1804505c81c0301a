# Its Chinese was another one, which nobody kept.
# @source 0123456789abcdef
flood-warning = ཆུ་ལོག་ཉེན་བརྡ། ལམ་སང་བདེ་འཇགས་ཀྱི་ས་གནས་སུ་འགྲོ་རོགས།
    .title = ཆུ་ལོག་ཉེན་བརྡ།
    .short = ལམ་སང་བདེ་འཇགས་ཀྱི་ས་གནས་སུ་འགྲོ་རོགས།

# Nobody said what it was made from.
all-clear = ད་ཁྱིམ་དུ་ལོག་ཆོག
    .title = ད་ཁྱིམ་དུ་ལོག་ཆོག
    .short = ད་ཁྱིམ་དུ་ལོག་ཆོག

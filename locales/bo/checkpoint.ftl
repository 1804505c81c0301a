### review = "draft"
### The joint checkpoints on the county border.
### Tibetan draft, not written by a native speaker. It needs review by a native speaker before use.

# Tells travellers that every vehicle and every person is checked and registered.
# @source 48acf7f7f738d3e3
checkpoint-registration = རྫོང་མཚམས་ནས་འགྲོ་འོང་བྱེད་མཁན་རྣམས་ཀྱིས་དོ་སྣང་གནང་རོགས། ཞིབ་བཤེར་ས་ཚིགས་སུ་རླངས་འཁོར་ཚང་མ་དང་མི་ཚང་མར་ཞིབ་བཤེར་བྱེད། རླངས་འཁོར་བཀག་ནས་ཁ་རས་གྱོན་རོགས། ལག་ཁྱེར་སྟོན་པ་དང༌། ལུས་དྲོད་འཇལ་བ། ཐོ་འགོད་པ་བཅས་བྱེད་རོགས། ཐུགས་རྗེ་ཆེ།
    .title = ཞིབ་བཤེར་ས་ཚིགས།
    .short = ཞིབ་བཤེར་ས་ཚིགས་སུ་རླངས་འཁོར་དང་མི་ཚང་མར་ཞིབ་བཤེར་བྱེད།

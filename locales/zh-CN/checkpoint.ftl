### review = "source"
### The joint checkpoints on the county border.
### The Chinese text is the source; Tibetan and Lisu follow it.

# Tells travellers that every vehicle and every person is checked and registered.
checkpoint-registration = 进出县界的乡亲和司机师傅请注意：联合检查卡点逢车必查、逢人必检。请减速停车，戴好口罩，主动出示证件，配合测量体温和登记。感谢您的理解和支持，祝您一路平安。
    .title = 卡点检查登记
    .short = 经过卡点请停车，逢车必查、逢人必检。

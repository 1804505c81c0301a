wear-mask = wear-mask
    .title = 戴好口罩
    .short = 出门请戴好口罩。

power-cut = 停电。
    .title = Power Cut
    .short = 出门请戴好口罩。

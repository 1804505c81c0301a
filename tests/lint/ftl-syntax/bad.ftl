mask = 出门请戴好口罩。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

open = { $phone
    .title = 坏

line = 出门。
    [戴口罩]
    .title = 戴好口罩
    .short = 出门请戴好口罩。

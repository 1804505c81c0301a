again = 再说一遍：{ mask }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

variable = 请拨打{ phone }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

attribute = { again.long }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

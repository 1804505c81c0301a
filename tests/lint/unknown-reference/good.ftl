mask = 出门请戴好口罩。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

again = 再说一遍：{ mask }{ mask.title }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

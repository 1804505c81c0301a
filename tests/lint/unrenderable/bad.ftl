circle = { around }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

around = { circle }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

brace = 请戴口罩{ "{" }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

term-attribute = { -office  }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

-office = { $county }疾控中心

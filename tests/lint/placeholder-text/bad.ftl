later = 待翻译
    .title = 戴好口罩
    .short = 出门请戴好口罩。

marks = 电话：???
    .title = 戴好口罩
    .short = 出门请戴好口罩。

letters = 请拨打xxx。
    .title = XXXX通知
    .short = 出门请戴好口罩。

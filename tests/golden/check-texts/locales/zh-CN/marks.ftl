no-text =
    .title = 没有正文
    .short = 没有正文

no-title = 没有标题。
    .short = 没有标题

more = 多了一行。
    .title = 多
    .short = 多
    .long = 多

hidden = 看不见​的字符。
    .title = 看不见
    .short = 看不见

decomposed = 不是 café 。
    .title = 分解
    .short = 分解

english = Wear a mask.
    .title = 口罩
    .short = 口罩

function = { DATETIME($day) } 停电。
    .title = 停电
    .short = 停电

plural = { $count ->
        [one] 一个
       *[other] 多个
    }
    .title = 数
    .short = 数

asks = 您需要帮助吗?
    .title = 戴好口罩
    .short = 出门请戴好口罩。

waits = 请在家待命。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

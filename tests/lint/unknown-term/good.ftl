-hotline = 12320
-wechat = WeChat
call = 请拨打{ -hotline }。
    .title = 戴好口罩
    .short = 出门请戴好口罩。

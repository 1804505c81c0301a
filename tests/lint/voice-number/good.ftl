words = 请拨打卫生热线12320，急救电话120。
    .title = 健康热线
    .short = 卫生热线12320。
    .voice = 请拨打卫生热线幺二三二零，急救电话一二〇。

digits = 座机0887-8412345，观察14天。
    .title = 健康热线
    .short = 卫生热线12320。
    .voice = 座机零八八七八四幺二三四五，观察十四天，二〇二六年。

argument = 请拨打{ $phone }。
    .title = 健康热线
    .short = 卫生热线12320。
    .voice = 请拨打{ $phone }。

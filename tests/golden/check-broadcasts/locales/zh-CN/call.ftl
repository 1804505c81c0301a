call-us = 请拨打 { $phone }，{ $township }。
    .title = 电话
    .short = 电话 { $phone }

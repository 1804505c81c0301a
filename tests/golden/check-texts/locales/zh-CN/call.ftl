call-us = 请拨打 { $phone }。
    .title = 电话
    .short = 电话 { $phone }

stay-home = 请在家 { $days } 天。
    .title = 居家
    .short = 居家 { $days } 天

wear-mask = 又一条。
    .title = 又一条
    .short = 又一条

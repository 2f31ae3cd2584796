import Testing

@testable import Baton

@Suite("Descriptions of cron expressions")
struct CronSummaryTests {
    @Test(
        "Expressions are described in plain English",
        arguments: [
            ("0 9 * * MON-FRI", "Every weekday at 09:00"),
            ("0 9 * * *", "Every day at 09:00"),
            ("30 9,17 * * *", "Every day at 09:30 and 17:30"),
            ("0,30 9 * * *", "Every day at 09:00 and 09:30"),
            ("15 30 9 * * *", "Every day at 09:30:15"),
            ("* * * * *", "Every minute"),
            ("*/5 * * * *", "Every 5 minutes"),
            ("0,15,30,45 * * * *", "Every 15 minutes"),
            ("2/5 * * * *", "Every 5 minutes from minute 2"),
            ("*/7 * * * *", "At minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour"),
            ("5,20 * * * *", "At minutes 5 and 20 of every hour"),
            ("10-20 * * * *", "At minutes 10 to 20 of every hour"),
            ("55-5 * * * *", "At minutes 55 to 5 of every hour"),
            ("0 * * * *", "Every hour"),
            ("20 * * * *", "Every hour at minute 20"),
            ("30 20 * * * *", "Every hour at minute 20 and second 30"),
            ("0 */2 * * *", "Every 2 hours"),
            ("30 1/2 * * *", "Every 2 hours from 01:30"),
            ("0 9,21 * * *", "Every day at 09:00 and 21:00"),
            ("0 9-17 * * MON-FRI", "Every hour from 09:00 to 17:00, on weekdays"),
            ("*/15 9-17 * * MON-FRI", "Every 15 minutes from 09:00 to 17:45, on weekdays"),
            ("* 22-2 * * *", "Every minute from 22:00 to 02:59"),
            ("*/5 9 * * *", "Every 5 minutes from 09:00 to 09:55"),
            ("*/5 9,12 * * *", "Every 5 minutes of hours 9 and 12"),
            ("*/5 */2 * * *", "Every 5 minutes of every 2nd hour"),
            ("1-30 9-17 * * *", "At minutes 1 to 30 of hours 9 to 17"),
            ("30 */5 * * * *", "Every 5 minutes at second 30"),
            ("* * * * * *", "Every second"),
            ("*/10 * * * * *", "Every 10 seconds"),
            ("5,10 * * * * *", "At seconds 5 and 10 of every minute"),
            ("* * 9-17 * * *", "Every second from 09:00:00 to 17:59:59"),
            ("*/20 0 * * * *", "Every 20 seconds of minute 0 of every hour"),
            ("0 0 * * 0", "Every Sunday at 00:00"),
            ("0 0 * * SAT,SUN", "Every Saturday and Sunday at 00:00"),
            ("0 8 * * SUN,MON,WED", "Every Monday, Wednesday and Sunday at 08:00"),
            ("0 8 * * MON-THU", "Every day from Monday to Thursday at 08:00"),
            ("0 8 * * FRI-MON", "Every day from Friday to Monday at 08:00"),
            ("*/5 * * * SAT,SUN", "Every 5 minutes, on Saturdays and Sundays"),
            ("0 0 1 * *", "On the 1st of every month at 00:00"),
            ("0 0 1,15 * *", "On the 1st and 15th of every month at 00:00"),
            ("0 0 1-7 * *", "From the 1st to the 7th of every month at 00:00"),
            ("0 0 */2 * *", "On every 2nd day from the 1st of every month at 00:00"),
            ("0 0 1 1 *", "Every year on 1 January at 00:00"),
            ("0 0 1 JAN,JUL *", "On the 1st of January and July at 00:00"),
            ("0 0 1 */3 *", "On the 1st of January, April, July and October at 00:00"),
            ("0 9 * 6-8 *", "Every day from June to August at 09:00"),
            ("0 9 * NOV-FEB MON-FRI", "Every weekday from November to February at 09:00"),
            ("0 9 1 NOV-FEB *", "On the 1st of every month from November to February at 09:00"),
            ("*/5 * * 6-8 SAT,SUN", "Every 5 minutes, on Saturdays and Sundays from June to August"),
            ("*/5 * * 12 *", "Every 5 minutes, in December"),
            ("0 9 L * *", "On the last day of every month at 09:00"),
            ("0 9 L-1 * *", "On the day before the last of every month at 09:00"),
            ("0 9 L-3 2 *", "3 days before the last of February at 09:00"),
            ("0 9 15W * *", "On the weekday nearest to the 15th of every month at 09:00"),
            ("0 9 LW * *", "On the last weekday of every month at 09:00"),
            ("0 9 L-3W * *", "On the weekday nearest to 3 days before the last of every month at 09:00"),
            ("0 9 * * MON#2", "On the second Monday of every month at 09:00"),
            ("0 9 * 3 5L", "On the last Friday of March at 09:00"),
            ("0 0 13 * FRI", "On the 13th of every month if it is a Friday at 00:00"),
            ("0 0 1-7 * MON", "From the 1st to the 7th of every month if it is a Monday at 00:00"),
            ("0 0 24 12 MON-FRI", "Every year on 24 December if it is a weekday at 00:00"),
            ("0 0 8-14 * TUE#2", "From the 8th to the 14th of every month if it is the second Tuesday at 00:00"),
            ("@yearly", "Every year on 1 January at 00:00"), ("@monthly", "On the 1st of every month at 00:00"),
            ("@weekly", "Every Sunday at 00:00"), ("@daily", "Every day at 00:00"), ("@hourly", "Every hour"),
            ("@every_minute", "Every minute"), ("@every_second", "Every second"),
        ]
    )
    func describes(text: String, summary: String) throws {
        #expect(try CronExpression(text).summary == summary)
    }

    @Test("Two expressions with the same description mean the same, whatever they are")
    func tellsApart() throws {
        var random = SeededGenerator(seed: 7)
        var schedules: [String: CronSchedule] = [:]
        for _ in 0..<4000 {
            let expression = try CronExpression(CronSamples.expression(using: &random))
            var schedule = expression.schedule
            schedule.isInterval = false
            let known = schedules.updateValue(schedule, forKey: expression.summary)
            #expect(known == nil || known == schedule, "\(expression): \(expression.summary)")
        }
    }
}

"""What the hotline says and texts in German, key by key as `hotline_words.WORDS`."""

from __future__ import annotations

from collections.abc import Mapping

GERMAN: Mapping[str, str] = {
    "greeting": "{greeting} Diese Leitung ist für Notfälle. Anrufe können aufgezeichnet werden.",
    "ask_pin": "Bitte geben Sie Ihre Support-PIN ein und drücken Sie dann die Rautetaste.",
    "wrong_pin": "Diese PIN ist uns nicht bekannt.",
    "no_pin": "Es wurde keine PIN eingegeben.",
    "language": "Für Deutsch drücken Sie die {key} und dann die Rautetaste.",
    "unidentified": "Wir konnten Sie keinem Kundenkonto zuordnen.",
    "reach": "Bitte eröffnen Sie eine Anfrage in Ihrem Support-Portal{portal}. Auf Wiederhören.",
    "not_entitled": (
        "Es tut uns leid: Die Notfallleitung gehört nicht zu Ihrem Vertrag. {why} Wir schicken "
        "Ihnen per SMS den Weg zu unserem Portal; dort helfen wir Ihnen gerne."
    ),
    "leave_message": (
        "Bitte hinterlassen Sie nach dem Ton eine Nachricht mit Ihrem Namen, Ihrer Firma und Ihrer"
        " Telefonnummer. Zum Beenden drücken Sie die Rautetaste."
    ),
    "confirm": (
        "Wenn Ihr Produktivsystem ausgefallen ist oder Ihre Daten in Gefahr sind und es keine "
        "Übergangslösung gibt, drücken Sie die 1. Für alles andere drücken Sie die 2."
    ),
    "about_case": (
        "Geht es um den Fall {case:spelt}? Dann drücken Sie die 1. Für einen neuen Notfall drücken"
        " Sie die 9."
    ),
    "about_one": "Geht es um den Fall {case:spelt}, {about}? Dann drücken Sie die {key}.",
    "about_else": "Für einen neuen Notfall drücken Sie die 9.",
    "no_keys": "Es wurde keine Taste gedrückt.",
    "portal": (
        "Für alles, was kein Notfall ist, nutzen Sie bitte unser Support-Portal{portal}. Wir "
        "schicken Ihnen den Weg per SMS. Auf Wiederhören."
    ),
    "case_number": "Ihre Fallnummer ist {case:spelt}. Wir schicken sie Ihnen per SMS.",
    "connecting": (
        "Wir rufen jetzt den diensthabenden Techniker an. Bitte bleiben Sie in der Leitung."
    ),
    "progress": (
        "Sie sind {place} in der Warteschlange; wir rufen gerade {whom} an. Sie warten seit "
        "{minutes}. Bitte bleiben Sie in der Leitung."
    ),
    "connected": "Ein Techniker ist in der Leitung. Wir verbinden Sie jetzt.",
    "offer": (
        "Bisher konnte niemand antworten; wir rufen weiter an. Drücken Sie die 1, dann ruft ein "
        "Techniker innerhalb von {minutes}, also bis {deadline}, diese Nummer an. Drücken Sie die "
        "2, um eine Nachricht zu hinterlassen. Oder bleiben Sie in der Leitung."
    ),
    "offer_message": (
        "Bisher konnte niemand antworten; wir rufen weiter an. Drücken Sie die 2, um eine "
        "Nachricht mit einer Telefonnummer zu hinterlassen. Oder bleiben Sie in der Leitung."
    ),
    "stay": "Danke, dass Sie warten. Wir rufen weiter an.",
    "promised": (
        "Ein Techniker ruft diese Nummer bis {deadline} an. Ihre Fallnummer ist {case:spelt}. Auf "
        "Wiederhören."
    ),
    "over": (
        "Der Techniker hat das Gespräch verlassen. Ihre Fallnummer ist {case:spelt}. Auf "
        "Wiederhören."
    ),
    "thanks": "Vielen Dank. Ihre Fallnummer ist {case:spelt}. Auf Wiederhören.",
    "goodbye": "Auf Wiederhören.",
    "trouble": (
        "Bei uns ist eine Störung aufgetreten; wir verbinden Sie auf anderem Weg. Bitte bleiben "
        "Sie in der Leitung."
    ),
    "trouble_message": (
        "Bei uns ist eine Störung aufgetreten. Bitte hinterlassen Sie nach dem Ton eine Nachricht "
        "mit Ihrer Firma und Ihrer Telefonnummer; ein Techniker wird sie hören."
    ),
    "trouble_responder": "Bei uns ist eine Störung aufgetreten. Bitte bleiben Sie in der Leitung.",
    "trouble_over": (
        "Wir können Sie jetzt nicht verbinden. Der Fall steht in Ihren SMS und in der Konsole. Auf"
        " Wiederhören."
    ),
    "trouble_contact": "Einen Moment, bitte.",
    "trouble_contact_over": (
        "Es tut uns leid: Einer unserer Techniker hat Sie angerufen, aber bei uns ist eine Störung"
        " aufgetreten, und wir können Sie jetzt nicht verbinden. Wenn es dringend ist, rufen Sie "
        "uns bitte an. Auf Wiederhören."
    ),
    "trouble_back": (
        "{greeting} Dies ist der versprochene Rückruf. Drücken Sie die 1, um mit dem Techniker zu "
        "sprechen."
    ),
    "whisper": (
        "Notfall-Anruf von {account}, {plan}, Fall {case:spelt}. Der Kunde ist in der Leitung. "
        "Drücken Sie die 1, um verbunden zu werden."
    ),
    "whisper_back": (
        "{account}, {plan}, Fall {case:spelt}: Ein Rückruf ist bis {deadline} versprochen. Drücken"
        " Sie die 1, dann rufen wir den Kunden jetzt an."
    ),
    "bringing": "Wir verbinden Sie mit dem Kunden.",
    "dialling": "Wir rufen den Kunden jetzt an.",
    "caller_gone": (
        "Der Kunde hat aufgelegt. Es ist niemand mehr da, mit dem wir Sie verbinden können. Auf "
        "Wiederhören."
    ),
    "has_caller": "{who} hat das Gespräch mit dem Kunden angenommen. Danke. Auf Wiederhören.",
    "has_spoken": "{who} hat mit dem Kunden gesprochen. Danke. Auf Wiederhören.",
    "has_case": "{who} hat den Fall jetzt; Sie wurden nicht verbunden. Danke. Auf Wiederhören.",
    "not_yours": "Der Fall gehört Ihnen nicht mehr; Sie wurden nicht verbunden. Auf Wiederhören.",
    "case_over": (
        "Der Fall ist abgeschlossen; deswegen wird niemand mehr angerufen. Danke. Auf Wiederhören."
    ),
    "other_line": "Der Kunde ist schon auf einer anderen Ihrer Leitungen. Auf Wiederhören.",
    "missed": (
        "Der Kunde hat nicht abgenommen. Wir versuchen es in einigen Minuten noch einmal und rufen"
        " Sie zuerst an."
    ),
    "no_key": "Es wurde keine Taste gedrückt; Sie wurden nicht verbunden. Auf Wiederhören.",
    "answer_back": (
        "{greeting} Dies ist der versprochene Rückruf zum Fall {case:spelt}. Drücken Sie die 1, um"
        " mit dem Techniker zu sprechen."
    ),
    "one_moment": "Einen Moment, bitte.",
    "colleague": "Der Techniker holt jemanden dazu. Bitte warten Sie, es dauert nicht lange.",
    "helping": (
        "Wir rufen {who} an. Drücken Sie die 1, um sofort zum Kunden zurückzukehren, oder warten "
        "Sie, bis Sie hören, wer den Anruf annimmt."
    ),
    "helped": "{who} hat den Anruf angenommen. Wir verbinden Sie alle.",
    "nobody_came": "Sonst war niemand zu erreichen. Der Fall ist eskaliert. Zurück zum Kunden.",
    "customer_left": "Der Kunde hat das Gespräch verlassen. Auf Wiederhören.",
    "whisper_help": (
        "{asker} bittet um Ihre Hilfe in einem Notfall-Anruf: {account}, {plan}, Fall "
        "{case:spelt}. Der Kunde ist in der Leitung. Drücken Sie die 1, um dazuzukommen."
    ),
    "whisper_out": (
        "Sie wollten {who} wegen Fall {case:spelt} anrufen. Drücken Sie die 1, dann rufen wir "
        "jetzt an."
    ),
    "calling_out": "Wir rufen {who} an. Bitte warten Sie.",
    "greeting_out": (
        "{greeting} Einer unserer Techniker ruft Sie wegen Fall {case:spelt} an. Wir verbinden Sie"
        " jetzt."
    ),
    "out_gone": (
        "Es tut uns leid: Der Techniker, der Sie angerufen hat, ist nicht mehr in der Leitung. Auf"
        " Wiederhören."
    ),
    "call_over": (
        "Das Gespräch ist beendet, oder jemand anderes ist schon dazugekommen. Danke. Auf "
        "Wiederhören."
    ),
    "nobody_came_text": (
        "{case}: Für Ihr Gespräch war sonst niemand zu erreichen. Der Fall ist eskaliert."
    ),
    "portal_text": (
        "Diese Leitung ist für Notfälle. Für alles andere nutzen Sie bitte unser Portal{portal}."
    ),
    "not_entitled_text": (
        "Die Notfallleitung gehört nicht zu Ihrem Vertrag. Sie erreichen uns über unser "
        "Portal{portal}."
    ),
    "case_text": (
        "{case} ist eröffnet, der diensthabende Techniker wird gerufen. Antworten Sie hier mit "
        "weiteren Angaben, mit STATUS für den Stand oder mit FALSE ALARM, wenn es kein Notfall "
        "ist."
    ),
    "ticket_number": "Ihre Ticketnummer ist {ticket:spelt}. Wir schicken sie Ihnen per SMS.",
    "ticket_text": (
        "{case} ist Ticket {ticket} in unserem System. Antworten Sie hier mit weiteren Angaben."
    ),
    "callback_text": (
        "{case}: Ein Techniker ruft Sie bis {deadline} an. Mit STATUS fragen Sie nach dem Stand."
    ),
    "dropped_text": (
        "{case} ist eröffnet, und wir rufen weiter an. Ein Techniker ruft Sie bis {deadline} an. "
        "Antworten Sie mit FALSE ALARM, wenn es kein Notfall ist."
    ),
    "message_text": "Danke für Ihre Nachricht. Sie liegt uns als {case} vor.",
    "missed_text": (
        "{case}: Wir haben angerufen und Sie nicht erreicht. Wir versuchen es bald wieder."
    ),
    "given_up_text": (
        "{case}: Wir konnten Sie nicht erreichen. Bitte rufen Sie {number} an, sobald Sie können."
    ),
    "stranger_text": (
        "Diese Nummer ist für unsere Kunden. Rufen Sie im Notfall {number} an und halten Sie Ihre "
        "PIN bereit; für alles andere nutzen Sie bitte unser Portal{portal}."
    ),
    "no_case_text": (
        "Sie haben keinen offenen Fall. Rufen Sie im Notfall {number} an; für alles andere nutzen "
        "Sie bitte unser Portal{portal}."
    ),
    "which_text": (
        "Um welchen Fall geht es: {cases}? Antworten Sie mit seiner Nummer in dieser Liste."
    ),
    "kept_text": (
        "Sie haben nicht gesagt, um welchen Fall es geht; wir haben es zu {case} vermerkt. Geht es"
        " um einen anderen, schreiben Sie noch einmal und beginnen Sie mit seinem Namen: {cases}."
    ),
    "emergency_text": (
        "Ist Ihr Produktivsystem ausgefallen oder sind Daten in Gefahr, ohne Übergangslösung? "
        "Antworten Sie innerhalb von 10 Minuten mit EMERGENCY, dann rufen wir einen Techniker. Für"
        " alles andere nutzen Sie bitte unser Portal{portal}."
    ),
    "emergency_again_text": (
        "Ein neuer Notfall, und nicht {cases}? Antworten Sie innerhalb von 10 Minuten mit "
        "EMERGENCY, dann rufen wir einen Techniker. Um einen offenen Fall zu ergänzen, schreiben "
        "Sie einfach."
    ),
    "many_texts_text": "Von dieser Nummer kamen sehr viele SMS. Rufen Sie im Notfall {number} an.",
    "status_text": "{case} ({state}): {owner}. {due} {promise}",
    "doubt_text": (
        "{case} als Fehlalarm schließen? Antworten Sie innerhalb von 10 Minuten noch einmal mit "
        "FALSE ALARM."
    ),
    "false_alarm_text": "{case} ist als Fehlalarm geschlossen. Deswegen wird niemand mehr gerufen.",
    "noted_text": (
        "Zu {case} vermerkt. Mit STATUS fragen Sie nach dem Stand; im Notfall rufen Sie {number} "
        "an."
    ),
    "noted_among_text": (
        "Zu {case} vermerkt. Für einen anderen Fall beginnen Sie mit seinem Namen: {cases}. Mit "
        "STATUS fragen Sie nach dem Stand; im Notfall rufen Sie {number} an."
    ),
    "suspended": "Das Konto von {account} ist gesperrt.",
    "expired": "Der Vertrag von {account} ist abgelaufen.",
    "not_in_plan": "{plan} enthält die Notfallleitung nicht.",
    "not_for_severity": (
        "{plan} enthält die Notfallleitung nur für {severities}; dies ist {severity}."
    ),
    "about": "{subject}, eröffnet {time}",
    "no_subject": "ohne Betreff",
    "nobody_known": "ein unbekannter Anrufer",
    "place_1": "an erster Stelle",
    "place_2": "an zweiter Stelle",
    "place_3": "an dritter Stelle",
    "place": "an Stelle {number}",
    "first_engineer": "den diensthabenden Techniker",
    "next_engineer": "den nächsten Techniker",
    "minute": "einer Minute",
    "minutes": "{count} Minuten",
    "day": "{day}. {month}, {time}",
    "months": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "owned": "Ein Techniker kümmert sich darum",
    "sought": "Wir rufen unsere Techniker an",
    "due": "{promise} fällig: {time}.",
    "overdue": "{promise} war fällig: {time}.",
    "reply": "Antwort",
    "update": "Zwischenstand",
    "fix": "Lösung",
    "promise": "Ein Techniker ruft Sie bis {deadline} an.",
    "held": "vorgemerkt",
    "paging": "Alarm läuft",
    "exhausted": "Alarm eskaliert",
    "acknowledged": "in Arbeit",
    "snoozed": "zurückgestellt",
    "waiting": "wartet auf Ihre Antwort",
    "engineering": "bei der Entwicklung",
    "resolved": "gelöst",
    "closed": "geschlossen",
}

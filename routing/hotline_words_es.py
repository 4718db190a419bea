"""What the hotline says and texts in Spanish, key by key as `hotline_words.WORDS`."""

from __future__ import annotations

from collections.abc import Mapping

SPANISH: Mapping[str, str] = {
    "greeting": "{greeting} Esta línea es para emergencias. Las llamadas pueden grabarse.",
    "ask_pin": "Introduzca su PIN de soporte y después pulse almohadilla.",
    "wrong_pin": "No conocemos ese PIN.",
    "no_pin": "No se ha introducido ningún PIN.",
    "language": "Para español, pulse {key} y después almohadilla.",
    "unidentified": "No hemos encontrado su cuenta.",
    "reach": "Por favor, abra una solicitud en su portal de soporte{portal}. Adiós.",
    "not_entitled": (
        "Lo sentimos: la línea de emergencias no está incluida en su contrato. {why} Le enviamos "
        "por SMS la dirección de nuestro portal, donde le ayudaremos con mucho gusto."
    ),
    "leave_message": (
        "Por favor, deje un mensaje después de la señal, con su nombre, su empresa y su número. "
        "Pulse almohadilla al terminar."
    ),
    "confirm": (
        "Si su sistema de producción está caído o sus datos corren peligro, y no hay ninguna "
        "solución provisional, pulse 1. Para cualquier otra cosa, pulse 2."
    ),
    "about_case": "¿Se trata del caso {case:spelt}? Pulse 1. Para una nueva emergencia, pulse 9.",
    "about_one": "¿Se trata del caso {case:spelt}, {about}? Pulse {key}.",
    "about_else": "Para una nueva emergencia, pulse 9.",
    "no_keys": "No se ha pulsado ninguna tecla.",
    "portal": (
        "Para todo lo que no sea una emergencia, utilice nuestro portal de soporte{portal}. Le "
        "enviamos la dirección por SMS. Adiós."
    ),
    "case_number": "Su número de caso es {case:spelt}. Se lo enviamos por SMS.",
    "connecting": "Estamos llamando al ingeniero de guardia. No cuelgue, por favor.",
    "progress": (
        "Está usted {place} en la cola; estamos llamando {whom}. Lleva esperando {minutes}. No "
        "cuelgue, por favor."
    ),
    "connected": "Un ingeniero está en la línea. Les conectamos ahora.",
    "offer": (
        "Todavía no ha podido contestar nadie y seguimos llamando. Pulse 1 y un ingeniero llamará "
        "a este número en {minutes} como máximo, antes de las {deadline}. Pulse 2 para dejar un "
        "mensaje. O siga en la línea."
    ),
    "offer_message": (
        "Todavía no ha podido contestar nadie y seguimos llamando. Pulse 2 para dejar un mensaje "
        "con un número. O siga en la línea."
    ),
    "stay": "Gracias por esperar. Seguimos llamando.",
    "promised": (
        "Un ingeniero llamará a este número antes de las {deadline}. Su número de caso es "
        "{case:spelt}. Adiós."
    ),
    "over": "El ingeniero ha dejado la llamada. Su número de caso es {case:spelt}. Adiós.",
    "thanks": "Gracias. Su número de caso es {case:spelt}. Adiós.",
    "goodbye": "Adiós.",
    "trouble": "Tenemos un problema técnico y le conectamos por otra vía. No cuelgue, por favor.",
    "trouble_message": (
        "Tenemos un problema técnico. Por favor, deje un mensaje después de la señal, con su "
        "empresa y su número; un ingeniero lo escuchará."
    ),
    "trouble_responder": "Tenemos un problema técnico. No cuelgue, por favor.",
    "trouble_over": "Ahora no podemos conectarle. El caso está en sus SMS y en la consola. Adiós.",
    "trouble_contact": "Un momento, por favor.",
    "trouble_contact_over": (
        "Lo sentimos: un ingeniero nuestro le ha llamado, pero tenemos un problema técnico y ahora"
        " no podemos conectarle. Si es urgente, llámenos, por favor. Adiós."
    ),
    "trouble_back": (
        "{greeting} Esta es la llamada que le prometimos. Pulse 1 para hablar con el ingeniero."
    ),
    "whisper": (
        "Llamada de emergencia de {account}, {plan}, caso {case:spelt}. El cliente está en la "
        "línea. Pulse 1 para conectarse."
    ),
    "whisper_back": (
        "{account}, {plan}, caso {case:spelt}: se prometió una llamada antes de las {deadline}. "
        "Pulse 1 y llamamos al cliente ahora."
    ),
    "bringing": "Le conectamos con el cliente.",
    "dialling": "Estamos llamando al cliente.",
    "caller_gone": "El cliente ha colgado. Ya no hay nadie con quien conectarle. Adiós.",
    "has_caller": "{who} ha aceptado la llamada con el cliente. Gracias. Adiós.",
    "has_spoken": "{who} ha hablado con el cliente. Gracias. Adiós.",
    "has_case": "{who} tiene ahora el caso, así que no se le ha conectado. Gracias. Adiós.",
    "not_yours": "El caso ya no es suyo, así que no se le ha conectado. Adiós.",
    "case_over": "El caso ha terminado y ya no se llama a nadie por él. Gracias. Adiós.",
    "other_line": "El cliente ya está en otra de sus líneas. Adiós.",
    "missed": (
        "El cliente no ha contestado. Lo intentaremos de nuevo en unos minutos y le llamaremos a "
        "usted primero."
    ),
    "no_key": "No se ha pulsado ninguna tecla, así que no se le ha conectado. Adiós.",
    "answer_back": (
        "{greeting} Esta es la llamada que le prometimos sobre el caso {case:spelt}. Pulse 1 para "
        "hablar con el ingeniero."
    ),
    "one_moment": "Un momento, por favor.",
    "colleague": "El ingeniero está avisando a un compañero. Espere, por favor; no tardará.",
    "helping": (
        "Estamos llamando a {who}. Pulse 1 para volver enseguida con el cliente, o espere para "
        "saber quién contesta."
    ),
    "helped": "{who} ha aceptado la llamada. Les conectamos a todos.",
    "nobody_came": (
        "No se ha podido localizar a nadie más. El caso se ha escalado. Volvemos con el cliente."
    ),
    "customer_left": "El cliente ha dejado la llamada. Adiós.",
    "whisper_help": (
        "{asker} le pide ayuda en una llamada de emergencia: {account}, {plan}, caso {case:spelt}."
        " El cliente está en la línea. Pulse 1 para unirse."
    ),
    "whisper_out": "Ha pedido llamar a {who} sobre el caso {case:spelt}. Pulse 1 y llamamos ahora.",
    "calling_out": "Estamos llamando a {who}. Espere, por favor.",
    "greeting_out": (
        "{greeting} Un ingeniero nuestro le llama por el caso {case:spelt}. Les conectamos ahora."
    ),
    "out_gone": "Lo sentimos: el ingeniero que le llamaba ha dejado la línea. Adiós.",
    "call_over": "La llamada ha terminado o ya se ha unido otra persona. Gracias. Adiós.",
    "nobody_came_text": (
        "{case}: no se ha podido localizar a nadie más para su llamada. El caso se ha escalado."
    ),
    "portal_text": (
        "Esta línea es para emergencias. Para cualquier otra cosa, utilice nuestro portal{portal}."
    ),
    "not_entitled_text": (
        "La línea de emergencias no está incluida en su contrato. Puede contactarnos por nuestro "
        "portal{portal}."
    ),
    "case_text": (
        "{case} está abierto y estamos avisando al ingeniero de guardia. Responda aquí para añadir"
        " información, STATUS para saber cómo va, FALSE ALARM si no es una emergencia."
    ),
    "ticket_number": "Su número de ticket es {ticket:spelt}. Se lo enviamos por SMS.",
    "ticket_text": (
        "{case} es el ticket {ticket} en nuestro sistema. Responda aquí para añadir información."
    ),
    "callback_text": (
        "{case}: un ingeniero le llamará antes de las {deadline}. Responda STATUS para saber cómo "
        "va."
    ),
    "dropped_text": (
        "{case} está abierto y seguimos avisando. Un ingeniero le llamará antes de las {deadline}."
        " Responda FALSE ALARM si no es una emergencia."
    ),
    "message_text": "Gracias por su mensaje. Lo hemos registrado como {case}.",
    "missed_text": (
        "{case}: le hemos llamado y no hemos podido localizarle. Lo intentaremos de nuevo en breve."
    ),
    "given_up_text": (
        "{case}: no hemos podido localizarle. Por favor, llame de nuevo al {number} cuando pueda."
    ),
    "stranger_text": (
        "Este número es para nuestros clientes. En una emergencia, llame al {number} con su PIN a "
        "mano; para cualquier otra cosa, utilice nuestro portal{portal}."
    ),
    "no_case_text": (
        "No tiene ningún caso abierto. En una emergencia, llame al {number}; para cualquier otra "
        "cosa, utilice nuestro portal{portal}."
    ),
    "which_text": "¿De qué caso se trata: {cases}? Responda con su número en esta lista.",
    "kept_text": (
        "No ha dicho de qué caso se trata, así que lo hemos anotado en {case}. Si se trata de "
        "otro, escriba de nuevo y empiece por su nombre: {cases}."
    ),
    "emergency_text": (
        "¿Está caída la producción o hay datos en peligro, sin solución provisional? Responda "
        "EMERGENCY en los próximos 10 minutos y avisaremos a un ingeniero. Para cualquier otra "
        "cosa, utilice nuestro portal{portal}."
    ),
    "emergency_again_text": (
        "¿Una nueva emergencia, distinta de {cases}? Responda EMERGENCY en los próximos 10 minutos"
        " y avisaremos a un ingeniero. Para añadir algo a un caso abierto, simplemente escriba."
    ),
    "many_texts_text": (
        "Hemos recibido muchos mensajes de este número. En una emergencia, llame al {number}."
    ),
    "status_text": "{case} ({state}): {owner}. {due} {promise}",
    "doubt_text": (
        "¿Cerrar {case} como falsa alarma? Responda FALSE ALARM otra vez en los próximos 10 "
        "minutos."
    ),
    "false_alarm_text": "{case} se ha cerrado como falsa alarma. Ya no se avisa a nadie.",
    "noted_text": (
        "Anotado en {case}. Responda STATUS para saber cómo va, o llame al {number} en una "
        "emergencia."
    ),
    "noted_among_text": (
        "Anotado en {case}. Para otro caso, empiece por su nombre: {cases}. Responda STATUS para "
        "saber cómo va, o llame al {number} en una emergencia."
    ),
    "suspended": "La cuenta de {account} está suspendida.",
    "expired": "El contrato de {account} ha vencido.",
    "not_in_plan": "{plan} no incluye la línea de emergencias.",
    "not_for_severity": (
        "{plan} incluye la línea de emergencias solo para {severities}; esto es {severity}."
    ),
    "about": "{subject}, abierto: {time}",
    "no_subject": "sin asunto",
    "nobody_known": "un cliente no identificado",
    "place_1": "en primer lugar",
    "place_2": "en segundo lugar",
    "place_3": "en tercer lugar",
    "place": "en el puesto {number}",
    "first_engineer": "al ingeniero de guardia",
    "next_engineer": "al siguiente ingeniero",
    "minute": "un minuto",
    "minutes": "{count} minutos",
    "day": "{time} del {day} de {month}",
    "months": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ),
    "owned": "un ingeniero se ocupa de él",
    "sought": "estamos llamando a nuestros ingenieros",
    "due": "{promise} prevista: {time}.",
    "overdue": "{promise} estaba prevista: {time}.",
    "reply": "Respuesta",
    "update": "Actualización",
    "fix": "Solución",
    "promise": "Un ingeniero le llamará antes de las {deadline}.",
    "held": "en espera",
    "paging": "avisando",
    "exhausted": "escalado",
    "acknowledged": "en curso",
    "snoozed": "aplazado",
    "waiting": "a la espera de su respuesta",
    "engineering": "en desarrollo",
    "resolved": "resuelto",
    "closed": "cerrado",
}

"""What the hotline says and texts in French, key by key as `hotline_words.WORDS`."""

from __future__ import annotations

from collections.abc import Mapping

FRENCH: Mapping[str, str] = {
    "greeting": (
        "{greeting} Cette ligne est réservée aux urgences. Les appels peuvent être enregistrés."
    ),
    "ask_pin": "Veuillez saisir votre code PIN de support, puis appuyer sur dièse.",
    "wrong_pin": "Ce code PIN nous est inconnu.",
    "no_pin": "Aucun code PIN n'a été saisi.",
    "language": "Pour le français, appuyez sur le {key}, puis sur dièse.",
    "unidentified": "Nous n'avons pas trouvé votre compte.",
    "reach": "Veuillez ouvrir une demande sur votre portail de support{portal}. Au revoir.",
    "not_entitled": (
        "Nous sommes désolés : la ligne d'urgence n'est pas comprise dans votre contrat. {why} "
        "Nous vous envoyons par SMS l'adresse de notre portail, où nous vous aiderons volontiers."
    ),
    "leave_message": (
        "Veuillez laisser un message après le bip, avec votre nom, votre société et votre numéro. "
        "Appuyez sur dièse pour terminer."
    ),
    "confirm": (
        "Si votre système de production est arrêté ou si vos données sont en danger, et qu'il "
        "n'existe aucune solution de contournement, appuyez sur le 1. Pour toute autre demande, "
        "appuyez sur le 2."
    ),
    "about_case": (
        "Est-ce au sujet du dossier {case:spelt} ? Appuyez sur le 1. Pour une nouvelle urgence, "
        "appuyez sur le 9."
    ),
    "about_one": "Est-ce au sujet du dossier {case:spelt}, {about} ? Appuyez sur le {key}.",
    "about_else": "Pour une nouvelle urgence, appuyez sur le 9.",
    "no_keys": "Vous n'avez appuyé sur aucune touche.",
    "portal": (
        "Pour tout ce qui n'est pas une urgence, merci d'utiliser notre portail de "
        "support{portal}. Nous vous envoyons l'adresse par SMS. Au revoir."
    ),
    "case_number": "Votre numéro de dossier est {case:spelt}. Nous vous l'envoyons par SMS.",
    "connecting": "Nous appelons l'ingénieur d'astreinte. Merci de rester en ligne.",
    "progress": (
        "Vous êtes {place} dans la file d'attente ; nous appelons {whom}. Vous attendez depuis "
        "{minutes}. Merci de patienter."
    ),
    "connected": "Un ingénieur est en ligne. Nous vous mettons en relation.",
    "offer": (
        "Personne n'a encore pu répondre, et nous continuons d'appeler. Appuyez sur le 1, et un "
        "ingénieur appellera ce numéro d'ici {minutes}, avant {deadline}. Appuyez sur le 2 pour "
        "laisser un message. Ou restez en ligne."
    ),
    "offer_message": (
        "Personne n'a encore pu répondre, et nous continuons d'appeler. Appuyez sur le 2 pour "
        "laisser un message avec un numéro. Ou restez en ligne."
    ),
    "stay": "Merci de patienter. Nous continuons d'appeler.",
    "promised": (
        "Un ingénieur appellera ce numéro avant {deadline}. Votre numéro de dossier est "
        "{case:spelt}. Au revoir."
    ),
    "over": "L'ingénieur a quitté l'appel. Votre numéro de dossier est {case:spelt}. Au revoir.",
    "thanks": "Merci. Votre numéro de dossier est {case:spelt}. Au revoir.",
    "goodbye": "Au revoir.",
    "trouble": (
        "Nous rencontrons un problème technique et vous mettons en relation par une autre voie. "
        "Merci de patienter."
    ),
    "trouble_message": (
        "Nous rencontrons un problème technique. Veuillez laisser un message après le bip, avec "
        "votre société et votre numéro ; un ingénieur l'écoutera."
    ),
    "trouble_responder": "Nous rencontrons un problème technique. Merci de rester en ligne.",
    "trouble_over": (
        "Nous ne pouvons pas vous mettre en relation maintenant. Le dossier est dans vos SMS et "
        "dans la console. Au revoir."
    ),
    "trouble_contact": "Un instant, s'il vous plaît.",
    "trouble_contact_over": (
        "Nous sommes désolés : un de nos ingénieurs vous a appelé, mais nous rencontrons un "
        "problème technique et ne pouvons pas vous mettre en relation maintenant. Si c'est urgent,"
        " merci de nous appeler. Au revoir."
    ),
    "trouble_back": (
        "{greeting} Voici l'appel que nous vous avions promis. Appuyez sur le 1 pour parler à "
        "l'ingénieur."
    ),
    "whisper": (
        "Appel d'urgence de {account}, {plan}, dossier {case:spelt}. Le client est en ligne. "
        "Appuyez sur le 1 pour être mis en relation."
    ),
    "whisper_back": (
        "{account}, {plan}, dossier {case:spelt} : un appel est promis avant {deadline}. Appuyez "
        "sur le 1, et nous appelons le client maintenant."
    ),
    "bringing": "Nous vous mettons en relation avec le client.",
    "dialling": "Nous appelons le client.",
    "caller_gone": (
        "Le client a raccroché. Il n'y a plus personne avec qui vous mettre en relation. Au revoir."
    ),
    "has_caller": "{who} a pris l'appel avec le client. Merci. Au revoir.",
    "has_spoken": "{who} a parlé avec le client. Merci. Au revoir.",
    "has_case": (
        "{who} a maintenant le dossier, vous n'avez donc pas été mis en relation. Merci. Au revoir."
    ),
    "not_yours": (
        "Le dossier n'est plus le vôtre, vous n'avez donc pas été mis en relation. Au revoir."
    ),
    "case_over": "Le dossier est terminé, plus personne n'est appelé à ce sujet. Merci. Au revoir.",
    "other_line": "Le client est déjà sur une autre de vos lignes. Au revoir.",
    "missed": (
        "Le client n'a pas répondu. Nous réessaierons dans quelques minutes et vous appellerons "
        "d'abord."
    ),
    "no_key": (
        "Vous n'avez appuyé sur aucune touche et n'avez donc pas été mis en relation. Au revoir."
    ),
    "answer_back": (
        "{greeting} Voici l'appel que nous vous avions promis au sujet du dossier {case:spelt}. "
        "Appuyez sur le 1 pour parler à l'ingénieur."
    ),
    "one_moment": "Un instant, s'il vous plaît.",
    "colleague": "L'ingénieur fait venir un collègue. Merci de patienter, ce ne sera pas long.",
    "helping": (
        "Nous appelons {who}. Appuyez sur le 1 pour revenir tout de suite au client, ou restez en "
        "ligne pour savoir qui répond."
    ),
    "helped": "{who} a pris l'appel. Nous vous mettons tous en relation.",
    "nobody_came": "Personne d'autre n'a pu être joint. Le dossier est escaladé. Retour au client.",
    "customer_left": "Le client a quitté l'appel. Au revoir.",
    "whisper_help": (
        "{asker} demande votre aide pour un appel d'urgence : {account}, {plan}, dossier "
        "{case:spelt}. Le client est en ligne. Appuyez sur le 1 pour les rejoindre."
    ),
    "whisper_out": (
        "Vous avez demandé à appeler {who} au sujet du dossier {case:spelt}. Appuyez sur le 1, et "
        "nous appelons maintenant."
    ),
    "calling_out": "Nous appelons {who}. Merci de patienter.",
    "greeting_out": (
        "{greeting} Un de nos ingénieurs vous appelle au sujet du dossier {case:spelt}. Nous vous "
        "mettons en relation."
    ),
    "out_gone": "Nous sommes désolés : l'ingénieur qui vous appelait a quitté la ligne. Au revoir.",
    "call_over": "L'appel est terminé, ou quelqu'un d'autre l'a déjà rejoint. Merci. Au revoir.",
    "nobody_came_text": (
        "{case} : personne d'autre n'a pu être joint pour votre appel. Le dossier est escaladé."
    ),
    "portal_text": (
        "Cette ligne est réservée aux urgences. Pour toute autre demande, merci d'utiliser notre "
        "portail{portal}."
    ),
    "not_entitled_text": (
        "La ligne d'urgence n'est pas comprise dans votre contrat. Vous pouvez nous joindre par "
        "notre portail{portal}."
    ),
    "case_text": (
        "{case} est ouvert et nous appelons l'ingénieur d'astreinte. Répondez ici pour ajouter des"
        " informations, STATUS pour savoir où nous en sommes, FALSE ALARM si ce n'est pas une "
        "urgence."
    ),
    "ticket_number": "Votre numéro de ticket est {ticket:spelt}. Nous vous l'envoyons par SMS.",
    "ticket_text": (
        "{case} est le ticket {ticket} dans notre système. Répondez ici pour ajouter des "
        "informations."
    ),
    "callback_text": (
        "{case} : un ingénieur vous appellera avant {deadline}. Répondez STATUS pour savoir où "
        "nous en sommes."
    ),
    "dropped_text": (
        "{case} est ouvert et nous continuons d'appeler. Un ingénieur vous appellera avant "
        "{deadline}. Répondez FALSE ALARM si ce n'est pas une urgence."
    ),
    "message_text": "Merci pour votre message. Nous l'avons enregistré sous {case}.",
    "missed_text": (
        "{case} : nous avons appelé sans pouvoir vous joindre. Nous réessaierons bientôt."
    ),
    "given_up_text": (
        "{case} : nous n'avons pas pu vous joindre. Merci d'appeler le {number} dès que possible."
    ),
    "stranger_text": (
        "Ce numéro est réservé à nos clients. En cas d'urgence, appelez le {number} avec votre "
        "code PIN sous la main ; pour toute autre demande, merci d'utiliser notre portail{portal}."
    ),
    "no_case_text": (
        "Vous n'avez aucun dossier ouvert. En cas d'urgence, appelez le {number} ; pour toute "
        "autre demande, merci d'utiliser notre portail{portal}."
    ),
    "which_text": "De quel dossier s'agit-il : {cases} ? Répondez par son numéro dans cette liste.",
    "kept_text": (
        "Vous n'avez pas dit de quel dossier il s'agit ; nous l'avons noté sur {case}. S'il s'agit"
        " d'un autre, écrivez à nouveau en commençant par son nom : {cases}."
    ),
    "emergency_text": (
        "La production est-elle arrêtée ou des données sont-elles en danger, sans solution de "
        "contournement ? Répondez EMERGENCY dans les 10 minutes, et nous appelons un ingénieur. "
        "Pour toute autre demande, merci d'utiliser notre portail{portal}."
    ),
    "emergency_again_text": (
        "Une nouvelle urgence, sans rapport avec {cases} ? Répondez EMERGENCY dans les 10 minutes,"
        " et nous appelons un ingénieur. Pour compléter un dossier ouvert, écrivez simplement."
    ),
    "many_texts_text": (
        "Nous avons reçu beaucoup de SMS de ce numéro. En cas d'urgence, appelez le {number}."
    ),
    "status_text": "{case} ({state}) : {owner}. {due} {promise}",
    "doubt_text": (
        "Fermer {case} comme fausse alerte ? Répondez encore une fois FALSE ALARM dans les 10 "
        "minutes."
    ),
    "false_alarm_text": (
        "{case} est fermé comme fausse alerte. Plus personne n'est appelé à ce sujet."
    ),
    "noted_text": (
        "C'est noté sur {case}. Répondez STATUS pour savoir où nous en sommes, ou appelez le "
        "{number} en cas d'urgence."
    ),
    "noted_among_text": (
        "C'est noté sur {case}. Pour un autre dossier, commencez par son nom : {cases}. Répondez "
        "STATUS pour savoir où nous en sommes, ou appelez le {number} en cas d'urgence."
    ),
    "suspended": "Le compte de {account} est suspendu.",
    "expired": "Le contrat de {account} a expiré.",
    "not_in_plan": "{plan} ne comprend pas la ligne d'urgence.",
    "not_for_severity": (
        "{plan} ne comprend la ligne d'urgence que pour {severities} ; votre demande est "
        "{severity}."
    ),
    "about": "{subject}, ouvert : {time}",
    "no_subject": "sans objet",
    "nobody_known": "un client non identifié",
    "place_1": "en première position",
    "place_2": "en deuxième position",
    "place_3": "en troisième position",
    "place": "en position {number}",
    "first_engineer": "l'ingénieur d'astreinte",
    "next_engineer": "l'ingénieur suivant",
    "minute": "une minute",
    "minutes": "{count} minutes",
    "day": "le {day} {month} à {time}",
    "months": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    ),
    "owned": "un ingénieur s'en occupe",
    "sought": "nous appelons nos ingénieurs",
    "due": "{promise} prévue : {time}.",
    "overdue": "{promise} était prévue : {time}.",
    "reply": "Réponse",
    "update": "Mise à jour",
    "fix": "Solution",
    "promise": "Un ingénieur vous appellera avant {deadline}.",
    "held": "en attente",
    "paging": "alerte en cours",
    "exhausted": "alerte escaladée",
    "acknowledged": "pris en charge",
    "snoozed": "reporté",
    "waiting": "en attente de votre réponse",
    "engineering": "chez nos développeurs",
    "resolved": "résolu",
    "closed": "fermé",
}

"""What a message can want: the thirty wishes that are told apart."""

from enum import StrEnum


class Intent(StrEnum):
    """A wish. Where two meet, `violence_help` wins over all others, and the more particular over the general."""

    GREETING = "greeting"  #: a greeting and no wish yet
    MENU_HELP = "menu_help"  #: what is this, how does it work
    REGISTER = "register"  #: become a participant; no event is named
    BROWSE_TRAININGS = "browse_trainings"  #: which trainings and courses there are
    BROWSE_SEMINARS = "browse_seminars"  #: which seminars there are
    ENROL = "enrol"  #: a seat in a particular event, or on a subject
    MY_SCHEDULE = "my_schedule"  #: her own events and meetings
    CANCEL_ENROLMENT = "cancel_enrolment"  #: give up a seat in a whole event
    CONFIRM_ATTENDANCE = "confirm_attendance"  #: she will come to a meeting
    DECLINE_ATTENDANCE = "decline_attendance"  #: she cannot come to one meeting
    CHECK_IN = "check_in"  #: she is there now
    ASK_LOCATION = "ask_location"  #: where it is, how to get there
    CERTIFICATE = "certificate"
    BROWSE_COMMUNITIES = "browse_communities"
    JOIN_COMMUNITY = "join_community"
    READ_STORIES = "read_stories"  #: others' success
    SHARE_STORY = "share_story"  #: her own
    CAPITAL_HELP = "capital_help"  #: money and permits for a business
    FAMILY_SUPPORT = "family_support"  #: the family or the household stands in the way; no violence
    VIOLENCE_HELP = "violence_help"  #: violence, threats, fear of a person, or not wanting to live
    TALK_TO_HUMAN = "talk_to_human"
    CHANGE_PROFILE = "change_profile"
    MY_DATA = "my_data"  #: what is stored of her, and what for
    DELETE_DATA = "delete_data"
    STOP_NOTIFICATIONS = "stop_notifications"
    RESUME_NOTIFICATIONS = "resume_notifications"
    CHANGE_LANGUAGE = "change_language"
    THANKS_BYE = "thanks_bye"
    FEEDBACK = "feedback"  #: praise, complaint, suggestion
    OUT_OF_SCOPE = "out_of_scope"  #: nothing that is offered here

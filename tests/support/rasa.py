"""Small invented projects in the formats of Rasa."""

DOMAIN = """
version: "3.1"
intents: [greet, ask_boat]
responses:
  utter_greet:
  - condition: [{type: slot}]
  - text: "Ahoy!"
  - text: Hello.
  utter_faq/lunch: [{text: At noon.}]
actions:
- action_find_boat
- action_map: {send_domain: true}
forms:
  boat_form: {required_slots: [port]}
"""
STORIES = """
version: "3.1"
stories:
- story: a boat
  metadata: {author: me, tags: [a]}
  steps:
  - intent: greet
  - action: utter_greet
  - or:
    - intent: ask_boat
      entities:
      - port: Arosa
      - size
      - {port: Lima, role: to}
    - intent: yes
  - slot_was_set:
    - member: no
    - guests: 3
    - last_boat: null
    - card
  - action: action_find_boat
  - action: boat_form
  - active_loop: boat_form
  - active_loop: null
  - bot: |
      Two  boats
      are free.
  - action: action_sail
  - intent: bye
"""
RULES = """
rules:
- rule: lunch
  condition:
  - active_loop: boat_form
  - slot_was_set: [{member: true}]
  steps:
  - intent: faq/lunch
  - action: utter_faq
  wait_for_user_input: false
- rule: start
  conversation_start: true
  steps:
  - intent: greet
  - action: utter_greet
"""
TESTS = """
stories:
- story: marks
  steps:
  - user: |
      from [Lima](port) to [the cape]{"entity": "port", "role": "to", "value": "Cabo"} [see](https://x.y)
    intent: ask_boat
  - action: action_find_boat
  - user: "a [2](n)-[3](n) seater"
  - action: action_find_boat
"""
MARKDOWN = """
<!-- two
lines -->
## a boat
* greet OR ask_boat{"port": "Arosa OR Lima", "n": 2}
  - utter_greet
  - slot{"member": true, "ports": ["a", "b"]}
* form: inform{"port": "x"}
  - form: boat_form
* /bye: see [you](who) <!-- later -->
    - action_bye{"loud": true}
    - restart
    - form{"name": null}

>> a rule
* greet
  - utter_greet
"""
END_TO_END = """
## talk
* Is there a boat?
   - Yes, at {time}.
* thanks
   - Bye!
* inform{"a": "b"}
   - slot{"left": "none"}
   - See you soon.
* To Lima OR to Arosa?
   - To Lima.
"""
CHECKPOINTS = """
stories:
- story: ask
  steps: [{intent: a}, {action: first}, {or: [{slot_was_set: [{vip: true}]}, {slot_was_set: [vip: false]}]},
          {checkpoint: asked}]
- story: vip
  steps: [{checkpoint: asked, slot_was_set: [{vip: true}]}, {intent: b}, {action: champagne}]
- story: round
  steps: [{checkpoint: asked}, {intent: c}, {action: again}, {checkpoint: asked}]
- story: middle
  steps: [{action: one}, {checkpoint: half}, {action: two}]
- story: lost
  steps: [{checkpoint: nowhere}, {action: lost}]
- story: loose
  steps: [{action: end}, {checkpoint: open}]
"""

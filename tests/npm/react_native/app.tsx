/** A screen of React Native: its types have no DOM. */

import { ChatClient } from "async-chat";
import { useAsyncChat } from "async-chat/react";
import { useEffect, useState } from "react";
import { AppState, Button, Text, TextInput, View } from "react-native";

const client = new ChatClient({ baseUrl: "https://chat.example.com", token: async () => "alice", timeZone: "Europe/Berlin" });

export default function Chat({ chatId }: { chatId?: string }) {
  const chat = useAsyncChat({ client, chatId });
  const [question, setQuestion] = useState("");
  useEffect(() => {
    const listening = AppState.addEventListener("change", (state) => state === "active" && chat.refresh());
    return () => listening.remove();
  }, [chat.refresh]);
  return (
    <View>
      {chat.messages.map((message) => <Text key={message.message_id}>{message.content}</Text>)}
      <Text>{chat.draft ?? chat.refusal?.message ?? chat.error?.message}</Text>
      <TextInput value={question} onChangeText={setQuestion} />
      <Button title="Ask" onPress={() => void chat.ask(question)} />
      <Button title="Stop" onPress={() => void chat.stop()} />
    </View>
  );
}
